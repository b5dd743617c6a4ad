import { EVENTS } from '@ebb/contracts/topics'
import { kindOf, placeOf, recordedTelemetry } from '@ebb/runtime/telemetry/telemetry-fixture'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { TRACE_HEADER } from '@ebb/streaming/tracing'
import { expect, test } from 'vitest'
import { memoryPorts, NOON, recordsIn } from './features-fixture.ts'
import { ticker } from './ticker.ts'

test('a tick that is sampled is a step that sends, and one that fails says why', async () => {
  const { log: inner } = memoryPorts()
  const { tracer, spans } = recordedTelemetry()
  const failed = Promise.withResolvers<void>()
  let isAway = true
  const log: EventLog = {
    ...inner,
    append: async (to, records) => {
      if (isAway) throw new TransientError('EBB_LOG_AWAY', 'not now')
      const offset = await inner.append(to, records)
      appended.resolve()
      return offset
    },
  }
  const appended = Promise.withResolvers<void>()
  const onFault = (): void => {
    isAway = false
    failed.resolve()
  }
  const ticks = ticker({ log, now: () => NOON, intervalMs: 0, onFault, tracer })
  ticks.observer.acquired!({ partition: 2, offset: 0, clock: 0, nextDue: undefined })
  await Promise.all([failed.promise, appended.promise])
  ticks.stop()
  // What the ticker does behind the answer of the log, it does within this turn.
  await new Promise((resolve) => setImmediate(resolve))
  const attributes = {
    'messaging.system': inner.system,
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': EVENTS,
    'messaging.destination.partition.id': '2',
  }
  expect(
    spans().map((span) => ({ name: span.name, kind: kindOf(span), told: span.attributes })),
  ).toEqual([
    {
      ...{ name: `send ${EVENTS}`, kind: 'PRODUCER' },
      told: { ...attributes, 'error.type': 'EBB_LOG_AWAY' },
    },
    {
      ...{ name: `send ${EVENTS}`, kind: 'PRODUCER' },
      told: { ...attributes, 'messaging.kafka.offset': 0 },
    },
  ])
  const { traceId, spanId } = placeOf(spans()[1]!)
  const [record] = await recordsIn(inner, EVENTS, 2)
  expect(record!.headers[TRACE_HEADER]).toBe(`00-${traceId}-${spanId}-01`)
})
