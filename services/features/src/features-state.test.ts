import type { CustomerEvent } from '@ebb/customer/customer-event'
import { fold } from '@ebb/customer/fold'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NOON } from './features-fixture.ts'
import { type FeaturesState, packFeaturesState, unpackFeaturesState } from './features-state.ts'

const arbitraryEvent: fc.Arbitrary<CustomerEvent> = fc.record(
  {
    id: fc.string(),
    type: fc.constantFrom('track', 'page', 'identify'),
    name: fc.oneof(
      fc.constantFrom('Product Viewed', 'Order Completed', 'Order Refunded', 'Order Cancelled'),
      fc.string({ unit: 'grapheme' }),
    ),
    customer: fc.constantFrom({ userId: 'ann' }, { anonymousId: 'a1' }),
    sourceRank: fc.integer({ min: 0, max: 9 }),
    occurredAt: fc.integer({ min: NOON - 40_000_000_000, max: NOON }),
    order: fc.record({ id: fc.constantFrom('o1', 'o2'), amountMinor: fc.nat() }),
    consent: fc.record({ marketing: fc.boolean() }),
  },
  { requiredKeys: ['id', 'type', 'name', 'customer', 'sourceRank', 'occurredAt'] },
)

const arbitraryState: fc.Arbitrary<FeaturesState> = fc
  .tuple(fc.array(arbitraryEvent, { minLength: 1, maxLength: 20 }), fc.boolean())
  .map(([events, told]) => {
    const at = { clock: NOON, timeZone: 'Europe/Berlin' }
    const customer = events.reduce<FeaturesState['customer'] | undefined>(
      (state, event) => fold(state, event, at).state,
      undefined,
    )
    return { customer: customer!, told }
  })

test('a state that is packed and unpacked is the same again', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      expect(unpackFeaturesState(packFeaturesState(state))).toStrictEqual(state)
    }),
  )
})

test('whether it was told is one byte in front of the customer', () => {
  fc.assert(
    fc.property(arbitraryState, ({ customer }) => {
      const told = packFeaturesState({ customer, told: true })
      const untold = packFeaturesState({ customer, told: false })
      expect([told[0], untold[0]]).toEqual([1, 0])
      expect(told.subarray(1)).toEqual(untold.subarray(1))
    }),
  )
})

test('bytes of another layout are refused with a code', () => {
  for (const [code, ...bytes] of [
    ['EBB_STATE_UNREADABLE', 1, 0x90],
    ['EBB_STATE_UNREADABLE', 0, 0x01],
    ['EBB_STATE_VERSION', 1, 0x91, 0x63],
  ] as const)
    expect(() => unpackFeaturesState(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code }),
    )
})
