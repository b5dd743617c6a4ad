import type { PartitionStore, Position } from './partition-store.ts'

interface Partition {
  epoch: number
  position: Position | undefined
  readonly states: Map<string, Uint8Array>
}

/** A partition store in memory, for pure tests: keeps the contract, forgets with the process. */
export const memoryPartitionStore = (): PartitionStore => {
  const partitions = new Map<number, Partition>()
  const of = (partition: number): Partition => {
    const found = partitions.get(partition)
    if (found !== undefined) return found
    const fresh: Partition = { epoch: 0, position: undefined, states: new Map() }
    partitions.set(partition, fresh)
    return fresh
  }
  return {
    acquire: async (partition) => {
      const held = of(partition)
      held.epoch += 1
      return { epoch: held.epoch, position: held.position }
    },
    read: async (partition, keys) => {
      const { epoch, position, states } = of(partition)
      return { epoch, position, states: keys.map((key) => states.get(key)) }
    },
    commit: async (partition, { epoch, expectedOffset, states, position }) => {
      const held = of(partition)
      if (held.epoch !== epoch || held.position?.offset !== expectedOffset) return 'fenced'
      for (const [key, state] of states) {
        if (state === null) held.states.delete(key)
        else held.states.set(key, state.slice())
      }
      held.position = { offset: position.offset, record: position.record.slice() }
      return 'committed'
    },
    scan: async function* (partition) {
      yield* [...of(partition).states]
    },
  }
}
