import { expect, test } from 'vitest'
import { memoryEventLog } from './memory-event-log.ts'
import { memoryPartitionStore } from './memory-partition-store.ts'
import { runProcessor } from './processor.ts'
import { event, patience, send, tick } from './processor-harness.ts'
import { runProcessorToEnd } from './run-to-end.ts'
import { COUNTER_TOPICS, silenceCounter } from './silence-counter.ts'

const STATES = 50
/** The state that is scanned when the process is told to stop. */
const STOPPED_AT = 5

test('a process that stops while timers are made again leaves the rest of the states alone', async () => {
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 1 }))
  const log = memoryEventLog({ topics, now: () => 1_000 })
  const store = memoryPartitionStore()
  const events = Array.from({ length: STATES }, (_, i) => event(`k${i}`, `${i}`))
  await send(log, 0, tick(10), ...events)
  await runProcessorToEnd(silenceCounter, { log, store })

  const scans: number[] = []
  const stopped = Promise.withResolvers<void>()
  const watched = {
    ...store,
    scan: async function* (partition: number) {
      const scan = scans.push(0) - 1
      for await (const each of store.scan(partition)) {
        scans[scan]! += 1
        // The first one is of whoever takes the partition over, the second one of the new value.
        if (scan === 1 && scans[scan] === STOPPED_AT) stopped.resolve(running.stop())
        yield each
      }
    },
  }
  const halts: Error[] = []
  const onHalt = (error: Error) => halts.push(error)
  const running = await runProcessor(silenceCounter, { log, store: watched }, { onHalt })
  await send(log, 0, patience(5), tick(17))
  await stopped.promise
  expect([scans, halts]).toEqual([[STATES, STOPPED_AT], []])
  expect((await store.read(0, [])).position?.offset).toBe(1 + STATES)
})
