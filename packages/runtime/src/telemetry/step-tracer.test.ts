import { SpanStatusCode } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeOf, recordedTelemetry } from './telemetry-fixture.ts'

const STEP = { name: 'POST /v1/events', kind: 'server' } as const
const REMOTE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a step that begins is traced below what the caller sent, and its traceparent names it', () => {
  const { tracer, spans } = recordedTelemetry()
  const step = tracer.begin(STEP, REMOTE)!
  step.end(undefined, { 'http.response.status_code': 200 })
  const [span] = spans()
  const { traceId, spanId, parentId } = placeOf(span!)
  expect([traceId, parentId]).toEqual([REMOTE.split('-')[1], REMOTE.split('-')[2]])
  expect(step.traceparent).toBe(`00-${traceId}-${spanId}-01`)
  expect(span).toMatchObject({ name: STEP.name, attributes: { 'http.response.status_code': 200 } })
})

test('the share that is sampled begins, whatever the caller says of its own', () => {
  const draws = [0.2, 0.009, 0.01, 0.5]
  const { tracer } = recordedTelemetry(0.01, () => draws.shift()!)
  const begun = [REMOTE, REMOTE, undefined, REMOTE].map((remote) => tracer.begin(STEP, remote))
  expect(begun.map((step) => step !== undefined)).toEqual([false, true, false, false])
})

test('what a traced step leads to is followed; what none led to is not', () => {
  const { tracer, spans } = recordedTelemetry(0)
  const unsampled = REMOTE.replace(/01$/, '00')
  expect(tracer.follow(STEP, undefined)).toBeUndefined()
  expect(tracer.follow(STEP, unsampled)).toBeUndefined()
  tracer.follow(STEP, REMOTE)!.end()
  expect(spans().map((span) => placeOf(span).parentId)).toEqual(['b7ad6b7169203331'])
})

test('what is no trace context counts as none', () => {
  const { tracer, spans } = recordedTelemetry()
  const zeros = ['0'.repeat(32), '0'.repeat(16)]
  const broken = [
    `00-${zeros[0]}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${zeros[1]}-01`,
    REMOTE.toUpperCase(),
    `${REMOTE}-more`,
    REMOTE.replace('00-', '01-'),
  ]
  const texts = fc.oneof(fc.constantFrom(...broken), fc.string(), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(texts, (text) => {
      const before = spans().length
      expect(tracer.follow(STEP, text)).toBeUndefined()
      tracer.begin(STEP, text)!.end()
      expect(placeOf(spans()[before]!).parentId).toBeUndefined()
    }),
  )
})

test('a failure is traced though nothing was sampled, without the words of the error', () => {
  const { tracer, spans } = recordedTelemetry(0)
  const error = Object.assign(new Error('u:ann has no state'), { code: 'EBB_STATE_LOST' })
  const traceId = tracer.fault(STEP, error)
  const [span] = spans()
  expect(placeOf(span!).traceId).toBe(traceId)
  expect(span!.status.code).toBe(SpanStatusCode.ERROR)
  expect(span!.attributes['error.type']).toBe('EBB_STATE_LOST')
  expect(JSON.stringify([span!.attributes, span!.status, span!.events])).not.toContain('ann')
})

test('a step ends once', () => {
  const { tracer, spans } = recordedTelemetry()
  const step = tracer.begin(STEP)!
  step.end(new TypeError('first'))
  step.end()
  expect(spans()).toHaveLength(1)
  expect(spans()[0]!.status.code).toBe(SpanStatusCode.ERROR)
})
