import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { OrderRecord } from '@ebb/contracts/order-record'
import { RejectRecord } from '@ebb/contracts/reject-record'
import { TICK_KEY } from '@ebb/contracts/tick'
import { FEATURES, ORDERS, REJECTS } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import type { Outcome } from '@ebb/streaming/processor-definition'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { featuresDefinition, PLAIN_ACTIVITY_MS } from './features-definition.ts'
import {
  canonical,
  logged,
  NOON,
  orderEvent,
  recordOf,
  SHOP,
  tickAfter,
} from './features-fixture.ts'
import type { FeaturesState } from './features-state.ts'

const definition = featuresDefinition(SHOP)
const AT = { clock: NOON, partition: 2 }

const handle = (record: NewRecord, before?: FeaturesState): Outcome<FeaturesState> =>
  definition.handle(before, logged(record), AT)

/** The state after these events, all of one customer. */
const after = (...events: Parameters<typeof recordOf>[0][]): FeaturesState =>
  events.reduce<FeaturesState | undefined>(
    (state, event) => handle(recordOf(event), state).state ?? state,
    undefined,
  )!

const features = (outcome: Outcome<FeaturesState>): FeaturesRecord[] =>
  (outcome.outputs ?? [])
    .filter(({ topic }) => topic === FEATURES)
    .map(({ value }) => messageCodec(FeaturesRecord).decode(value))

const orders = (outcome: Outcome<FeaturesState>): OrderRecord[] =>
  (outcome.outputs ?? [])
    .filter(({ topic }) => topic === ORDERS)
    .map(({ value }) => messageCodec(OrderRecord).decode(value))

/** Nothing but a count for its source. */
const A_COPY = { tally: 'storefront' }

describe('an order', () => {
  test('is told at once: the features of its customer, and the clean fact', () => {
    const outcome = handle(recordOf(orderEvent('o1', { consent: { marketing: true } })))
    const [told] = features(outcome)
    expect(told).toMatchObject({
      customerId: 'u:ann',
      userId: 'ann',
      asOf: NOON,
      rhythm: { repeatDays: 0, firstAt: NOON, lastAt: NOON, lastOrderId: 'o1', orders: 1 },
      causeOrderId: 'o1',
      consent: { marketing: true },
    })
    expect(told?.windows['lifetime']).toMatchObject({ orders: 1, grossMinor: 1_990 })
    expect(orders(outcome)).toEqual([
      {
        id: 'event of o1',
        customerId: 'u:ann',
        kind: 'placed',
        occurredAt: NOON,
        currency: 'USD',
        orderId: 'o1',
        placedAt: NOON,
        amountMinor: 1_990,
        standing: { status: 'valid', netMinor: 1_990 },
      },
    ])
  })

  test('stays in the partition of its customer, and its fact keeps the id of its event', () => {
    const { outputs = [] } = handle(recordOf(orderEvent('o1')))
    expect(outputs.map(({ partition }) => partition)).toEqual([2, 2])
    expect(outputs.map(({ key }) => key)).toEqual(['u:ann', 'u:ann'])
    expect(outputs[1]?.id).toBe('event of o1')
  })

  test('that comes again changes nothing and tells nothing', () => {
    expect(handle(recordOf(orderEvent('o1')), after(orderEvent('o1')))).toEqual(A_COPY)
  })

  test('of unknown amount is counted, and its fact names none', () => {
    const [fact] = orders(handle(recordOf(orderEvent('o1', { order: { id: 'o1' } }))))
    expect(fact).toMatchObject({ kind: 'placed', orderId: 'o1' })
    expect(fact).not.toHaveProperty('amountMinor')
  })

  test.each([
    ['Order Cancelled', 'cancelled'],
    ['Order Updated', 'updated'],
    ['Order Refunded', 'refunded'],
  ])('is told again with its fact after %s', (name, kind) => {
    const order = { id: 'o1', baseMinor: 500 }
    const change = canonical('change', { name, order, occurredAt: NOON + 1 })
    const outcome = handle(recordOf(change), after(orderEvent('o1')))
    expect(orders(outcome)).toMatchObject([{ id: 'change', kind, orderId: 'o1' }])
    expect(features(outcome)).toMatchObject([{ causeOrderId: 'o1' }])
  })

  test('that was the only one leaves no rhythm when it is cancelled', () => {
    const cancelled = canonical('c', { name: 'Order Cancelled', order: { id: 'o1' } })
    const [told] = features(handle(recordOf(cancelled), after(orderEvent('o1'))))
    expect(told).not.toHaveProperty('rhythm')
    expect(told?.windows['lifetime']).not.toHaveProperty('orders')
    expect(told?.windows['lifetime']).not.toHaveProperty('grossMinor')
  })

  test('is told beside another whose refund of the same id is called off with its own', () => {
    const refund = (id: string) =>
      canonical(`refund of ${id}`, { name: 'Order Refunded', order: { id, refundId: '1' } })
    const calledOff = canonical('c', { name: 'Return Cancelled', order: { refundId: '1' } })
    const refunded = after(orderEvent('o1'), orderEvent('o2'), refund('o1'), refund('o2'))
    const standing = { status: 'valid', netMinor: 1_990 }
    expect(orders(handle(recordOf(calledOff), refunded))).toMatchObject([
      { id: 'c', orderId: 'o1', standing },
      { id: 'c/o2', orderId: 'o2', standing },
    ])
  })

  test('is not named by a refund that names none', () => {
    const refund = canonical('r', { name: 'Order Refunded', order: { baseMinor: 300 } })
    const outcome = handle(recordOf(refund), after(orderEvent('o1')))
    expect(orders(outcome)[0]).toMatchObject({ id: 'r', kind: 'refunded', amountMinor: 300 })
    expect(orders(outcome)[0]).not.toHaveProperty('orderId')
    expect(features(outcome)[0]).not.toHaveProperty('causeOrderId')
  })
})

describe('an event', () => {
  test.each([
    ['a fault', canonical('e', { name: 'Payment Failed' })],
    ['a bad review', canonical('e', { name: 'Product Reviewed', rating: 1 })],
    ['a consent', canonical('e', { consent: { marketing: false } })],
    ['a first name for a visitor', canonical('e', { type: 'identify', name: 'identify' })],
  ])('that is %s is told at once, without an order fact', (_what, event) => {
    const known = after(canonical('before', { customer: { anonymousId: 'a1' } }))
    const outcome = handle(recordOf(event), known)
    expect(features(outcome)).toHaveLength(1)
    expect(orders(outcome)).toEqual([])
    expect(outcome.state?.told).toBe(true)
  })

  test.each([
    ['a view', canonical('e')],
    ['a page', canonical('e', { type: 'page', name: 'Our secret sale' })],
    ['a good review', canonical('e', { name: 'Product Reviewed', rating: 5 })],
    ['a name of the shop’s own', canonical('e', { name: 'Newsletter Opened' })],
  ])('that is %s waits for the next turn of its customer, and for no other', (_what, event) => {
    const outcome = handle(recordOf(event), after(canonical('before')))
    expect(outcome.outputs ?? []).toEqual([])
    expect(outcome.state?.told).toBe(false)
    const turn = definition.dueAt?.(outcome.state!, 'u:ann', { clock: NOON, partition: 2 })
    expect(turn).toBeGreaterThan(NOON)
    expect(turn).toBeLessThanOrEqual(NOON + PLAIN_ACTIVITY_MS)
    expect(
      definition.dueAt?.(outcome.state!, 'u:ann', { clock: turn!, partition: 2 }),
    ).toBeUndefined()
  })

  test('waits for a turn that is not everybody’s', () => {
    const state = after(canonical('before'), canonical('e'))
    const hundred = Array.from({ length: 100 }, (_, i) => `u:${i}`)
    const turns = hundred.map(
      (key) => definition.dueAt!(state, key, { clock: NOON, partition: 2 })! - NOON,
    )
    const minutes = turns.map((ms) => Math.floor((ms - 1) / 60_000))
    expect(new Set(minutes)).toEqual(new Set(Array.from({ length: 10 }, (_, minute) => minute)))
  })

  test('that is told at once waits for no tick', () => {
    expect(
      definition.dueAt?.(after(orderEvent('o1')), 'u:ann', { clock: NOON, partition: 2 }),
    ).toBeUndefined()
  })

  test('that comes again changes nothing, not even that it waits', () => {
    expect(handle(recordOf(canonical('e')), after(canonical('e')))).toEqual(A_COPY)
  })

  test.each([
    ['bytes that are no JSON', Buffer.from([0xff, 0x00])],
    ['JSON that is no event', Buffer.from('{"id":"e"}')],
    ['an event at no instant', Buffer.from(JSON.stringify(canonical('e', { occurredAt: 1.5 })))],
    ['nothing at all', Buffer.alloc(0)],
  ])('that is %s is refused with its code and how to mend it', (_what, value) => {
    const { refusal, state, outputs } = handle({ key: 'u:ann', value })
    expect(refusal?.code).toBe('EBB_EVENT_UNREADABLE')
    expect(refusal?.message).toContain('send it again through the collector')
    expect([state, outputs]).toEqual([undefined, undefined])
  })

  test('of any bytes is handled or refused, and never throws', () => {
    const event = fc.constant(canonical('e'))
    const damaged = fc
      .tuple(event, fc.constantFrom(...Object.keys(canonical('e'))), fc.jsonValue())
      .map(([whole, field, value]) => Buffer.from(JSON.stringify({ ...whole, [field]: value })))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), damaged), (value) => {
        const { refusal, state } = handle({ key: 'u:ann', value })
        expect(refusal === undefined).toBe(state !== undefined)
      }),
    )
  })
})

describe('a control record', () => {
  test('that is not known is refused, for skipping it would lose what it says', () => {
    const { refusal } = handle({ key: '~promoted', value: Buffer.from('{}') })
    expect(refusal?.code).toBe('EBB_CONTROL_UNKNOWN')
    expect(refusal?.message).toContain('~promoted')
  })

  test('that is a tick is the instant it says, up to 60 s ahead of its append time', () => {
    expect(definition.tickAt(logged(tickAfter(60_000)))).toBe(NOON + 60_000)
    expect(definition.tickAt(logged(tickAfter(-86_400_000)))).toBe(NOON - 86_400_000)
  })

  test('that is a tick further ahead is refused', () => {
    expect(definition.tickAt(logged(tickAfter(60_001)))).toMatchObject({ code: 'EBB_TICK_AHEAD' })
  })

  test.each(['', '{}', '{"at":"noon"}', '{"at":-1}', '{"at":1.5}'])(
    'that is a tick of %s is refused',
    (text) => {
      const record = logged({ key: TICK_KEY, value: Buffer.from(text) })
      expect(definition.tickAt(record)).toMatchObject({ code: 'EBB_TICK_INVALID' })
    },
  )

  test('that is a tick is forwarded to the same partition with the clock it made', () => {
    const [forwarded] = definition.onTick!(logged(tickAfter(-5_000)), AT)
    expect(forwarded).toMatchObject({ topic: FEATURES, partition: 2, key: TICK_KEY })
    expect(definition.tickAt(logged(forwarded!))).toBe(NOON)
    expect(forwarded?.id).toBe(`tick:2:${NOON}`)
  })
})

describe('a refused record', () => {
  const refusal = { code: 'EBB_EVENT_UNREADABLE', message: 'it is torn' }
  const reject = (record: NewRecord) => definition.rejection(logged(record), refusal, AT)

  test('is kept with its bytes, its reason and its place', () => {
    const value = Buffer.from('{"torn')
    const output = reject({ key: 'u:ann', value, headers: { ce_source: 'storefront' } })
    expect(output).toMatchObject({ topic: REJECTS, key: 'storefront' })
    expect(messageCodec(RejectRecord).decode(output.value)).toEqual({
      id: output.id,
      source: 'storefront',
      ...refusal,
      where: 'features ebb.events.v1/2@91',
      receivedAt: NOON,
      payload: value.toString('base64'),
      payloadBytes: 6,
    })
  })

  test('has the same id when it comes again, and another with other bytes', () => {
    const of = (text: string) => reject({ key: 'u:ann', value: Buffer.from(text) }).id
    expect(of('a')).toBe(of('a'))
    expect(of('a')).not.toBe(of('b'))
  })

  test('of nobody’s source stands under its key, a control record under the service', () => {
    expect(reject({ key: 'u:ann', value: Buffer.alloc(1) }).key).toBe('u:ann')
    expect(reject({ key: '~promoted', value: Buffer.alloc(1) }).key).toBe('features')
  })
})
