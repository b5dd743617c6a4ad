import type { Consumption } from './event-log.ts'
import { HaltError } from './faults.ts'
import { partitionOwner } from './partition-owner.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import type { ProcessorOptions, ProcessorPorts } from './processor-options.ts'
import { AbortedError } from './retry.ts'
import { stateCaches } from './state-cache.ts'

/** Consumer group of a processor: its name and generation. */
export const consumerGroup = (name: string, generation: number): string => `${name}.g${generation}`

/**
 * Runs a processor on the partitions that its consumer group gives it.
 * At-least-once delivery, exactly-once effects: states and offset are committed together under a
 * fence, outputs are published before and repeated identically after a crash.
 */
export const runProcessor = async <State>(
  definition: ProcessorDefinition<State>,
  ports: ProcessorPorts,
  options: ProcessorOptions,
): Promise<Consumption> => {
  const generation = options.generation ?? 0
  const group = consumerGroup(definition.name, generation)
  const owners = new Map<number, ReturnType<typeof partitionOwner<State>>>()
  const { caches = stateCaches() } = options
  const stopping = new AbortController()
  const halt = (error: unknown): void => {
    if (!(error instanceof AbortedError)) options.onHalt(asHalt(definition.name, error))
  }

  const consumption = await ports.log.consume(group, definition.input, {
    assigned: (partition) => {
      const owner = partitionOwner({
        ...{ definition, ports, options, caches, partition, generation, group },
      })
      owners.set(partition, owner)
      return owner.acquire(stopping.signal)
    },
    batch: (partition, records, signal) =>
      owners.get(partition)!.run(records, AbortSignal.any([signal, stopping.signal])),
    revoked: (partition) => {
      owners.get(partition)?.release()
      owners.delete(partition)
      options.observer?.revoked?.(partition)
    },
    halted: halt,
  })
  return {
    stop: async () => {
      stopping.abort()
      await consumption.stop()
    },
  }
}

/** A fault that has a code keeps it: `EBB_STATE_VERSION`, say, of a state that cannot be read. */
const asHalt = (name: string, error: unknown): HaltError => {
  if (error instanceof HaltError) return error
  const { code, message } = error as { code?: unknown; message: string }
  const known = typeof code === 'string' && code.startsWith('EBB_') ? code : 'EBB_PROCESSOR_FAILED'
  return new HaltError(known, `${name}: ${message}`, { cause: error })
}
