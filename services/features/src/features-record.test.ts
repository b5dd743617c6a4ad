import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { describe, expect, test } from 'vitest'
import { featuresDefinition } from './features-definition.ts'
import { canonical, logged, NOON, orderEvent, recordOf, SHOP } from './features-fixture.ts'
import { featuresOf } from './features-record.ts'
import type { FeaturesState } from './features-state.ts'

const DAY_MS = 86_400_000
const definition = featuresDefinition(SHOP)

/** The evidence in the features behind these events, so many days after noon. */
const evidenceAfter = (days: number, ...events: CanonicalEvent[]) => {
  const at = { clock: NOON + days * DAY_MS, partition: 2 }
  const state = events.reduce<FeaturesState | undefined>(
    (before, event) => definition.handle(before, logged(recordOf(event)), at).state ?? before,
    undefined,
  )!
  const record = featuresOf('u:ann', state.customer, { clock: at.clock, timeZone: 'UTC' })
  const codec = messageCodec(FeaturesRecord)
  expect(codec.decode(codec.encode(record))).toEqual(record)
  return record.evidence
}

const failed = (id: string, days = 0) =>
  canonical(id, { name: 'Payment Failed', occurredAt: NOON + days * DAY_MS })
const refund = (id: string, days: number) =>
  canonical(`refund of ${id}`, {
    ...{ name: 'Order Refunded', order: { id }, occurredAt: NOON + days * DAY_MS },
    properties: { reason: 'It arrived damaged, dear Ann' },
  })

describe('the evidence in features', () => {
  test('is absent where there is none', () => {
    expect(evidenceAfter(0, canonical('e'))).toBeUndefined()
  })

  test('names its kind, event or order, and instant; no words of the customer', () => {
    expect(evidenceAfter(2, orderEvent('o1'), refund('o1', 1), failed('e', 2))).toEqual([
      { kind: 'refundForQuality', orderId: 'o1', occurredAt: NOON + DAY_MS },
      { kind: 'paymentFailed', eventId: 'e', occurredAt: NOON + 2 * DAY_MS },
    ])
  })

  test('leaves out what was made good, and what says nothing any more', () => {
    const later = orderEvent('o1', { occurredAt: NOON + DAY_MS })
    expect(evidenceAfter(2, failed('e'), later)).toBeUndefined()
    expect(evidenceAfter(147, failed('e'))).toHaveLength(1)
    expect(evidenceAfter(148, failed('e'))).toBeUndefined()
  })

  test('says when it will be made good, where an order is ahead of the clock', () => {
    const resolvedAt = NOON + 3_600_000
    expect(evidenceAfter(0, failed('e'), orderEvent('o1', { occurredAt: resolvedAt }))).toEqual([
      { kind: 'paymentFailed', eventId: 'e', occurredAt: NOON, resolvedAt },
    ])
  })

  test('is at most the eight that weigh most, and the same in whatever order they came', () => {
    const orders = Array.from({ length: 6 }, (_, i) => orderEvent(`o${i}`))
    const refunds = orders.map((_, i) => refund(`o${i}`, 0))
    const failures = Array.from({ length: 6 }, (_, i) => failed(`e${i}`, i))
    const told = evidenceAfter(6, ...orders, ...refunds, ...failures)
    expect(told).toHaveLength(8)
    expect(told?.map(({ orderId, eventId }) => orderId ?? eventId)).toEqual([
      ...['o0', 'o1', 'o2', 'o3', 'o4', 'o5'],
      ...['e5', 'e4'],
    ])
    const turned = [...orders, ...refunds, ...failures].toReversed()
    expect(evidenceAfter(6, ...turned)).toEqual(told)
  })
})

describe('the visits in features', () => {
  test('are days of the shop with a visit, and when the first one began and the last one ended', () => {
    const clock = NOON + 3 * DAY_MS
    const seen = [0, 1, 26, 38].map((hours) =>
      canonical(`e${hours}`, { name: 'Product Viewed', occurredAt: NOON + hours * 3_600_000 }),
    )
    const state = seen.reduce<FeaturesState | undefined>(
      (before, event) =>
        definition.handle(before, logged(recordOf(event)), { clock, partition: 2 }).state ?? before,
      undefined,
    )!
    const of = (timeZone: string) => featuresOf('u:ann', state.customer, { clock, timeZone }).visits
    const [firstAt, lastAt] = [NOON + 26 * 3_600_000, NOON + 38 * 3_600_000]
    expect(of('UTC')).toEqual({ repeatDays: 1, firstAt, lastAt })
    expect(of('America/New_York')?.repeatDays).toBe(0)
  })

  test('are absent of who was never seen in the storefront', () => {
    const at = { clock: NOON + 9 * DAY_MS, partition: 2 }
    const state = definition.handle(undefined, logged(recordOf(orderEvent('o1'))), at).state!
    const { visits } = featuresOf('u:ann', state.customer, { clock: NOON, timeZone: 'UTC' })
    expect(visits).toBeUndefined()
  })
})
