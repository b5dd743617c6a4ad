import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryReading, arbitraryTimeZone, LONG_HISTORY, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerState } from './customer-state.ts'
import { nextEvidenceAt, standingEvidence } from './evidence.ts'
import { fold } from './fold.ts'
import { hasOrderEvent } from './fold-order.ts'
import { orderRhythm } from './order-rhythm.ts'
import { pack, unpack } from './packing.ts'
import { windows } from './windows.ts'

/** All that is asked of orders. */
const answers = (state: CustomerState, now: number, timeZone: string) => ({
  windows: windows(state, now, timeZone),
  rhythm: orderRhythm(state, timeZone),
  evidence: standingEvidence(state, now, timeZone),
  next: nextEvidenceAt(state, now),
})

/** Nothing is known of it but what stands in it. */
const fresh = (state: CustomerState) => unpack(pack(state))

describe('what is asked of tens of orders', () => {
  test('is the same whether it was kept up to date or is counted anew', () => {
    fc.assert(
      fc.property(arbitraryReading, arbitraryTimeZone, (reading, timeZone) => {
        let state: CustomerState | undefined
        for (const { event, clock } of [...LONG_HISTORY, ...reading]) {
          state = fold(state, event, { clock, timeZone }).state
          windows(state, NOON, timeZone)
        }
        for (const now of [NOON, NOON + 9 * DAY_MS, NOON + 200 * DAY_MS])
          expect(answers(state!, now, timeZone)).toEqual(answers(fresh(state!), now, timeZone))
      }),
      { numRuns: 100 },
    )
  })

  test('is what it was, where an older state is asked again', () => {
    fc.assert(
      fc.property(arbitraryReading, arbitraryTimeZone, (reading, timeZone) => {
        const states: CustomerState[] = []
        const asked: ReturnType<typeof answers>[] = []
        for (const { event, clock } of [...LONG_HISTORY, ...reading]) {
          const state = fold(states.at(-1), event, { clock, timeZone }).state
          states.push(state)
          asked.push(answers(state, NOON, timeZone))
        }
        for (const [index, state] of states.entries())
          expect(answers(state, NOON, timeZone)).toEqual(asked[index])
      }),
      { numRuns: 5 },
    )
  })

  test('knows copies, and orders by their ids', () => {
    const at = { clock: NOON, timeZone: 'UTC' }
    const state = LONG_HISTORY.reduce<CustomerState | undefined>(
      (before, { event }) => fold(before, event, at).state,
      undefined,
    )!
    for (const { event } of LONG_HISTORY) expect(fold(state, event, at).effect).toBe('none')
    const [{ event: first }] = LONG_HISTORY as [(typeof LONG_HISTORY)[number]]
    const cancelled = { ...first, id: 'c', name: 'Order Cancelled' }
    const after = fold(state, cancelled, at).state
    expect(after.orders.length).toBe(state.orders.length)
    expect(windows(after, NOON, 'UTC').lifetime.orders).toBe(69)
    expect(hasOrderEvent(state, -1)).toBe(false)
  })
})
