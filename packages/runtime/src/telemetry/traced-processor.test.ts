import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { event, published, send, tick } from '@ebb/streaming/processor-harness'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { COUNTER_SILENCE, COUNTER_TOPICS, silenceCounter } from '@ebb/streaming/silence-counter'
import { TRACE_HEADER } from '@ebb/streaming/tracing'
import { expect, test } from 'vitest'
import { kindOf, placeOf, type RecordedTelemetry, recordedTelemetry } from './telemetry-fixture.ts'

const HOUR_MS = 3_600_000

const harness = () => {
  const clock = { at: 0 }
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
  const log = memoryEventLog({ topics, now: () => clock.at })
  const store = memoryPartitionStore()
  const telemetry = recordedTelemetry()
  const { tracer } = telemetry
  const run = () => runProcessorToEnd(silenceCounter, { log, store }, { tracer })
  return { clock, log, store, telemetry, run }
}

/** A step from outside, and the header that names it. */
const cause = ({ tracer }: RecordedTelemetry) => {
  const step = tracer.begin({ name: 'cause', kind: 'server' })!
  step.end()
  return { step, headers: { [TRACE_HEADER]: step.traceparent } }
}

const assertNever = (): never => {
  throw new TypeError('never')
}

const traceOf = (traceparent: string | undefined) => traceparent?.split('-')[1]

test('what a traced record leads to goes on with its trace; what others lead to has none', async () => {
  const { log, telemetry, run } = harness()
  const { step, headers } = cause(telemetry)
  await send(log, 0, event('quiet', '1'), { ...event('traced', '2'), headers })
  await run()
  const headersOf = new Map((await published(log)).map((record) => [record.key, record.headers]))
  expect(headersOf.get('quiet')).not.toHaveProperty(TRACE_HEADER)
  const [, handling] = telemetry.spans()
  const { traceId, spanId, parentId } = placeOf(handling!)
  expect([handling!.name, kindOf(handling!)]).toEqual([
    `process ${COUNTER_TOPICS.input}`,
    'CONSUMER',
  ])
  // All that it says: no key of a record, which is a customer.
  expect(handling!.attributes).toEqual({
    'messaging.system': log.system,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': COUNTER_TOPICS.input,
    'messaging.destination.partition.id': '0',
    'messaging.consumer.group.name': `${silenceCounter.name}.g0`,
    'messaging.kafka.offset': 1,
  })
  expect([traceId, parentId]).toEqual(step.traceparent.split('-').slice(1, 3))
  expect(headersOf.get('traced')![TRACE_HEADER]).toBe(`00-${traceId}-${spanId}-01`)
})

test('a timer soon behind the record that armed it goes on with its trace', async () => {
  const { log, telemetry, run } = harness()
  const { step, headers } = cause(telemetry)
  await send(log, 0, tick(1), { ...event('ann', '1'), headers }, tick(COUNTER_SILENCE + 2))
  await run()
  const told = (await published(log)).filter(({ key }) => key === 'ann')
  expect(told).toHaveLength(2)
  expect(told.map((record) => traceOf(record.headers[TRACE_HEADER]))).toEqual(
    Array(2).fill(traceOf(step.traceparent)),
  )
})

test('a timer that an untraced record has armed again is no part of the earlier trace', async () => {
  const { log, telemetry, run } = harness()
  const { headers } = cause(telemetry)
  const records = [{ ...event('ann', '1'), headers }, event('ann', '2')]
  await send(log, 0, tick(1), ...records, tick(COUNTER_SILENCE + 2))
  await run()
  const told = (await published(log)).filter(({ key }) => key === 'ann')
  expect(told.map((record) => TRACE_HEADER in record.headers)).toEqual([true, false, false])
})

test('a timer that fires long after belongs to the trace of its tick, if to any', async () => {
  const { clock, log, telemetry, run } = harness()
  const { headers } = cause(telemetry)
  const later = cause(telemetry)
  await send(log, 0, tick(1), { ...event('ann', '1'), headers })
  await send(log, 1, tick(1), { ...event('bob', '1'), headers })
  clock.at = HOUR_MS
  await send(log, 0, { ...tick(COUNTER_SILENCE + 2), headers: later.headers })
  await send(log, 1, tick(COUNTER_SILENCE + 2))
  await run()
  const silences = (await published(log)).filter(
    ({ key, headers: { ce_id: id } }) => ['ann', 'bob'].includes(key) && !id?.startsWith('count'),
  )
  expect(silences.map(({ key, headers: own }) => [key, traceOf(own[TRACE_HEADER])])).toEqual([
    ['ann', traceOf(later.step.traceparent)],
    ['bob', undefined],
  ])
})

test('a step ends when its effects are durable, and with the fault where they are not', async () => {
  const { log, store, telemetry } = harness()
  const { headers } = cause(telemetry)
  await send(log, 0, { ...event('ann', '1'), headers })
  let endedAtCommit: number | undefined
  const watched = {
    ...store,
    commit: async (...given: Parameters<typeof store.commit>) => {
      endedAtCommit = telemetry.spans().length
      return store.commit(...given)
    },
  }
  await runProcessorToEnd(silenceCounter, { log, store: watched }, { tracer: telemetry.tracer })
  expect([endedAtCommit, telemetry.spans().length]).toEqual([1, 2])

  await send(log, 0, { ...event('ann', '2'), headers })
  const broken = { ...store, commit: () => Promise.reject(new TypeError('gone')) }
  const halted = runProcessorToEnd(
    silenceCounter,
    { log, store: broken },
    { tracer: telemetry.tracer },
  )
  await expect(halted).rejects.toThrow('gone')
  const handled = telemetry.spans().length
  const unreadable = { ...silenceCounter, handle: () => assertNever() }
  await expect(
    runProcessorToEnd(unreadable, { log, store }, { tracer: telemetry.tracer }),
  ).rejects.toThrow('never')
  expect(telemetry.spans()).toHaveLength(handled + 1)
  expect(telemetry.spans().at(-1)!.attributes['error.type']).toBe('TypeError')
})
