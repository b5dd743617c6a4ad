import { expect, test } from 'vitest'
import { memoryEventLog } from './memory-event-log.ts'
import { memoryPartitionStore } from './memory-partition-store.ts'
import { runProcessor } from './processor.ts'
import { countOf, event, send } from './processor-harness.ts'
import { runProcessorToEnd } from './run-to-end.ts'
import { COUNTER_TOPICS, silenceCounter } from './silence-counter.ts'
import { cachedBytes, type StateCaches, stateCaches } from './state-cache.ts'

const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 1 }))
const newPorts = () => ({
  log: memoryEventLog({ topics, now: () => 1_000 }),
  store: memoryPartitionStore(),
})

/** A running counter of events; `reads` are the keys whose states it asked its store for. */
const startCounter = async (caches: StateCaches, { log, store } = newPorts()) => {
  const reads: string[] = []
  let handled = 0
  let wake = (): void => {}
  const watched = {
    ...store,
    read: (partition: number, keys: readonly string[]) => {
      reads.push(...keys)
      return store.read(partition, keys)
    },
  }
  const running = await runProcessor(
    silenceCounter,
    { log, store: watched },
    {
      caches,
      onHalt: (error) => {
        throw error
      },
      observer: {
        committed: ({ offset }) => {
          handled = offset
          wake()
        },
      },
    },
  )
  return {
    reads,
    stop: running.stop,
    events: async (key: string) => (await countOf(store, key))?.events,
    /** Resolves when the event is counted. */
    hear: async (key: string, id: string) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const offset = await send(log, 0, event(key, id))
      wake = () => {
        if (handled > offset) resolve()
      }
      wake()
      await promise
    },
  }
}

/** States of one event have 55 bytes. */
const ROOM_FOR_TWO = 2 * cachedBytes(60)

test('a state that had to make room is read again, and counted on', async () => {
  for (const [room, reads] of [
    [ROOM_FOR_TWO, ['ann', 'bob']],
    [0, ['ann', 'bob', 'ann']],
  ] as const) {
    const counter = await startCounter(stateCaches(room))
    await counter.hear('ann', '1')
    await counter.hear('bob', '2')
    await counter.hear('ann', '3')
    await counter.stop()
    expect(counter.reads).toEqual(reads)
    expect(await counter.events('ann')).toBe(2)
  }
})

test('a state that was read and not changed is kept, where there is room for it', async () => {
  for (const [room, reads] of [
    [ROOM_FOR_TWO, ['ann']],
    [cachedBytes(10), ['ann', 'ann']],
  ] as const) {
    const ports = newPorts()
    await send(ports.log, 0, event('ann', '1'))
    await runProcessorToEnd(silenceCounter, ports)
    const counter = await startCounter(stateCaches(room), ports)
    await counter.hear('ann', '1')
    await counter.hear('ann', '1')
    await counter.stop()
    expect(counter.reads).toEqual(reads)
  }
})

test('processors share the room, and one that gives a partition up leaves its part to the others', async () => {
  const caches = stateCaches(ROOM_FOR_TWO)
  const counter = await startCounter(caches)
  await counter.hear('ann', '1')
  const ports = newPorts()
  await send(ports.log, 0, event('eve', '1'))
  await runProcessorToEnd(silenceCounter, ports, { caches })
  await counter.hear('bob', '2')
  await counter.hear('ann', '3')
  await counter.stop()
  expect(counter.reads).toEqual(['ann', 'bob'])
})

test('a processor that stays takes the room that another one had not used for longest', async () => {
  const caches = stateCaches(ROOM_FOR_TWO)
  const [one, other] = [await startCounter(caches), await startCounter(caches)]
  await one.hear('ann', '1')
  await other.hear('eve', '1')
  await other.hear('fay', '2')
  await one.hear('ann', '2')
  await Promise.all([one.stop(), other.stop()])
  expect([one.reads, other.reads]).toEqual([
    ['ann', 'ann'],
    ['eve', 'fay'],
  ])
})
