import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decoded, memoryPorts, NOON, recordsIn } from './features-fixture.ts'
import { type Ticker, ticker, untilNextTick } from './ticker.ts'

/** A log that tells of every append, when it is in the log and before its caller hears of it. */
const toldLog = () => {
  const { log: inner } = memoryPorts()
  const listeners = new Set<() => void>()
  const log: EventLog = {
    ...inner,
    append: async (to, records) => {
      const offset = await inner.append(to, records)
      for (const listener of listeners) listener()
      return offset
    },
  }
  const ticksIn = async (partition: number): Promise<number[]> =>
    (await recordsIn(inner, EVENTS, partition)).map((record) => decoded<{ at: number }>(record).at)
  /** Resolves when so many ticks are in the partition. */
  const arrived = async (partition: number, count: number): Promise<void> => {
    const reached = Promise.withResolvers<void>()
    const check = async (): Promise<void> => {
      if ((await ticksIn(partition)).length >= count) reached.resolve()
    }
    const listener = () => void check()
    listeners.add(listener)
    await check()
    await reached.promise.finally(() => listeners.delete(listener))
  }
  return { log, ticksIn, arrived }
}

interface Rig extends ReturnType<typeof toldLog> {
  readonly ticks: Ticker
  readonly faults: Error[]
  acquire(partition: number, offset?: number): void
  /** The processor has read up to this offset. */
  comeBack(partition: number, offset: number): void
}

/** A ticker whose process clock shows noon, then a second more at each look. */
const rig = (told = toldLog(), log = told.log): Rig => {
  let looks = 0
  const faults: Error[] = []
  const now = () => NOON + 1_000 * looks++
  const onFault = (error: Error) => faults.push(error)
  const ticks = ticker({ log, now, intervalMs: 0, onFault })
  const { acquired, committed } = ticks.observer
  return {
    ...told,
    ticks,
    faults,
    acquire: (partition, offset = 0) =>
      acquired?.({ partition, offset, clock: 0, nextDue: undefined }),
    comeBack: (partition, offset) =>
      committed?.({
        ...{ partition, offset, records: 1, clock: 0, copies: 0, nextDue: undefined },
      }),
  }
}

/** So many rounds of ticks on a partition: whoever else were to tick would have, meanwhile. */
const turns = async ({ arrived, comeBack }: Rig, partition: number, rounds = 20): Promise<void> => {
  for (let count = 1; count <= rounds; count += 1) {
    await arrived(partition, count)
    comeBack(partition, count)
  }
  await arrived(partition, rounds + 1)
}

describe('a ticker', () => {
  test('appends a tick as soon as a partition is its own, and says the process clock', async () => {
    const it = rig()
    it.acquire(0)
    it.acquire(1)
    await Promise.all([it.arrived(0, 1), it.arrived(1, 1)])
    expect([...(await it.ticksIn(0)), ...(await it.ticksIn(1))]).toEqual([NOON, NOON + 1_000])
    it.ticks.stop()
  })

  test('appends the next one when the last came back, and none before', async () => {
    const it = rig()
    it.acquire(0)
    it.acquire(1)
    await turns(it, 1)
    expect(await it.ticksIn(0)).toHaveLength(1)
    it.comeBack(0, 1)
    await it.arrived(0, 2)
    it.ticks.stop()
  })

  test('waits on while the processor is at other records in front of its tick', async () => {
    const it = rig()
    await it.log.append({ topic: EVENTS, partition: 0 }, [
      { key: 'u:ann', value: Buffer.from('{"at":0}') },
    ])
    it.acquire(0)
    await it.arrived(0, 2)
    it.comeBack(0, 1)
    it.acquire(1)
    await turns(it, 1)
    expect(await it.ticksIn(0)).toHaveLength(2)
    it.comeBack(0, 2)
    await it.arrived(0, 3)
    it.ticks.stop()
  })

  test('goes on where its tick came back before the log had answered', async () => {
    const told = toldLog()
    const slow: EventLog = {
      ...told.log,
      append: async (to, records) => {
        const offset = await told.log.append(to, records)
        it.comeBack(to.partition, offset + 1)
        return offset
      },
    }
    const it = rig(told, slow)
    it.acquire(0)
    await it.arrived(0, 5)
    it.ticks.stop()
  })

  test('tries again after a fault, and tells it', async () => {
    const told = toldLog()
    let failures = 2
    const failing: EventLog = {
      ...told.log,
      append: async (to, records) => {
        if (failures-- > 0) throw new TransientError('EBB_LOG_AWAY', 'not now')
        return told.log.append(to, records)
      },
    }
    const it = rig(told, failing)
    it.acquire(0)
    await it.arrived(0, 1)
    expect(it.faults.map(({ message }) => message)).toEqual(
      Array.from({ length: 2 }, () => 'EBB_LOG_AWAY: not now'),
    )
    it.ticks.stop()
  })

  test('appends nothing more to a partition that is taken away', async () => {
    const it = rig()
    it.acquire(0)
    await it.arrived(0, 1)
    it.comeBack(0, 1)
    it.ticks.observer.revoked?.(0)
    it.comeBack(0, 1)
    it.acquire(1)
    await turns(it, 1)
    expect(await it.ticksIn(0)).toHaveLength(1)
    it.ticks.stop()
  })

  test('appends nothing more where its tick comes back and goes while the log answers', async () => {
    const told = toldLog()
    const slow: EventLog = {
      ...told.log,
      append: async (to, records) => {
        const offset = await told.log.append(to, records)
        if (to.partition !== 0) return offset
        it.comeBack(0, offset + 1)
        it.ticks.observer.revoked?.(0)
        return offset
      },
    }
    const it = rig(told, slow)
    it.acquire(0)
    await it.arrived(0, 1)
    it.acquire(1)
    await turns(it, 1)
    expect(await it.ticksIn(0)).toHaveLength(1)
    it.ticks.stop()
  })

  test('appends nothing more when it was stopped, not even where a tick was on its way', async () => {
    const it = rig()
    it.acquire(0)
    it.acquire(1)
    it.ticks.stop()
    // A processor that is still to stop may be given another partition.
    it.acquire(3)
    const other = rig(it)
    other.acquire(2)
    await turns(other, 2)
    it.comeBack(0, 1)
    it.comeBack(1, 1)
    await it.arrived(0, 1)
    other.comeBack(2, 21)
    await other.arrived(2, 22)
    expect(await it.ticksIn(0)).toHaveLength(1)
    expect(await it.ticksIn(1)).toHaveLength(1)
    expect(await it.ticksIn(3)).toHaveLength(0)
    other.ticks.stop()
  })

  test('begins anew where a partition is acquired again, and still ticks once at a time', async () => {
    const it = rig()
    it.acquire(0)
    await it.arrived(0, 1)
    it.acquire(0, 1)
    await it.arrived(0, 2)
    it.comeBack(0, 1)
    it.acquire(1)
    await turns(it, 1)
    expect(await it.ticksIn(0)).toHaveLength(2)
    it.comeBack(0, 2)
    await it.arrived(0, 3)
    it.acquire(2)
    await turns(it, 2)
    expect(await it.ticksIn(0)).toHaveLength(3)
    it.ticks.stop()
  })
})

test('appends nothing while the clock of the machine is behind that of the partition', async () => {
  const told = toldLog()
  let now = NOON - 1
  const faulted = Promise.withResolvers<Error>()
  const onFault = (error: Error) => {
    // From here on the clock has caught up.
    now = NOON
    faulted.resolve(error)
  }
  const ticks = ticker({ log: told.log, now: () => now, intervalMs: 0, onFault })
  ticks.observer.acquired?.({ partition: 0, offset: 0, clock: NOON, nextDue: undefined })
  expect((await faulted.promise).message).toContain('1 s behind')
  await told.arrived(0, 1)
  ticks.stop()
  expect((await told.ticksIn(0))[0]).toBe(NOON)
})

test.each([
  ['all of four', 4, 1],
  ['all of 24', 24, 1],
  ['every second of 24', 24, 2],
  ['every third of 24', 24, 3],
])('the ticks of %s partitions lie apart, whenever they begin to wait', (_name, count, step) => {
  const partitions = Array.from({ length: count / step }, (_, i) => i * step)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (now) => {
      const waits = partitions.map((partition) => untilNextTick(partition, now, 5_000))
      expect(Math.min(...waits)).toBeGreaterThan(0)
      expect(Math.max(...waits)).toBeLessThanOrEqual(5_000)
      const sorted = [...waits].sort((a, b) => a - b)
      const gaps = sorted.map((wait, i) => (sorted[i + 1] ?? sorted[0]! + 5_000) - wait)
      // Evenly spread, each gap would be one part.
      expect((Math.max(...gaps) * gaps.length) / 5_000).toBeLessThan(3)
    }),
  )
})
