import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  arbitraryClocks,
  arbitraryHistory,
  arbitraryReading,
  arbitraryTimeZone,
  arbitraryUnnamedEvent,
  arbitraryVisits,
  foldAll,
  NOON,
  type ReadEvent,
} from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { type CustomerState, EMPTY_STATE } from './customer-state.ts'
import { eventIdHash } from './event-id-hash.ts'
import { recordedName } from './event-names.ts'
import { fold } from './fold.ts'
import { isOrderEvent } from './fold-order.ts'
import { normalise } from './normalise.ts'

const AT = { clock: NOON, timeZone: 'UTC' }
const END = NOON + 100 * DAY_MS
const YEAR_MS = 365 * DAY_MS

const view: CustomerEvent = {
  id: 'view',
  type: 'track',
  name: 'Product Viewed',
  customer: { userId: 'u1' },
  sourceRank: 1,
  occurredAt: NOON,
}

const order: CustomerEvent = {
  ...view,
  id: 'order',
  name: 'Order Completed',
  order: { id: 'o1', amountMinor: 100 },
}

const effectOf = (before: CustomerState | undefined, event: CustomerEvent) =>
  fold(before, event, AT).effect

const speaksOfAnOrder = (event: CustomerEvent) => isOrderEvent(recordedName(event), event)

/** A back end reports no visits: those depend on the order of arrival beyond two days. */
const fromBackEnd = (event: CustomerEvent) => ({ ...event, sourceRank: event.sourceRank + 2 })

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}

describe('the laws of the fold', () => {
  test('any order of arrival of the same distinct events gives the same facts', () => {
    const shuffled = arbitraryHistory.chain((events) =>
      fc.tuple(
        fc.constant(events.map(fromBackEnd)),
        fc.shuffledSubarray(events.map(fromBackEnd), { minLength: events.length }),
        arbitraryClocks(events.length),
        arbitraryClocks(events.length),
      ),
    )
    fc.assert(
      fc.property(shuffled, arbitraryTimeZone, ([events, others, clocks, otherClocks], zone) => {
        const read = (list: CustomerEvent[], at: number[]) =>
          foldAll(
            list.map((event, index) => ({ event, clock: at[index] ?? 0 })),
            zone,
          ) ?? EMPTY_STATE
        const facts = normalise(read(events, clocks), END, zone)
        expect(normalise(read(others, otherClocks), END, zone)).toEqual(facts)
      }),
      { numRuns: 300 },
    )
  })

  test('any order of arrival within two days gives the same visits', () => {
    const shuffled = arbitraryVisits.chain((groups) =>
      fc.tuple(
        fc.constant(groups.flat()),
        fc
          .tuple(...groups.map((group) => fc.shuffledSubarray(group, { minLength: group.length })))
          .map((other) =>
            groups.flatMap((group, g) =>
              group.map(({ clock }, i) => ({ event: other[g]![i]!.event, clock })),
            ),
          ),
      ),
    )
    fc.assert(
      fc.property(shuffled, arbitraryTimeZone, ([reading, other], zone) => {
        const facts = (read: ReadEvent[]) =>
          normalise(foldAll(read, zone) ?? EMPTY_STATE, END, zone)
        expect(facts(other)).toEqual(facts(reading))
      }),
      { numRuns: 300 },
    )
  })

  test('a copy within seven days of the clock changes nothing, whatever else it says', () => {
    const arbitraryCopy = fc.record({
      pick: fc.nat(),
      delay: fc.oneof(fc.nat({ max: 7 * DAY_MS }), fc.constant(7 * DAY_MS)),
      otherwise: arbitraryUnnamedEvent,
    })
    fc.assert(
      fc.property(arbitraryReading, arbitraryCopy, (reading, { pick, delay, otherwise }) => {
        const ticked = reading.filter(({ clock }) => clock > 0)
        const original = ticked[pick % ticked.length]
        fc.pre(original !== undefined)
        const copy = { ...otherwise, id: original.event.id }
        fc.pre(speaksOfAnOrder(copy) === speaksOfAnOrder(original.event))
        const clock = original.clock + delay
        const state = foldAll(
          reading.filter((read) => read.clock <= clock),
          'UTC',
        )
        const after = fold(state, copy, { clock, timeZone: 'UTC' })
        expect(after.effect).toBe('none')
        expect(after.state).toBe(state)
      }),
      { numRuns: 300 },
    )
  })

  test('a copied order or refund changes nothing, however late', () => {
    fc.assert(
      fc.property(arbitraryReading, fc.nat(), arbitraryUnnamedEvent, (reading, pick, otherwise) => {
        const orders = reading.filter(({ event }) => speaksOfAnOrder(event))
        const original = orders[pick % orders.length]?.event
        fc.pre(original !== undefined && speaksOfAnOrder({ id: '', ...otherwise }))
        const state = foldAll(reading, 'UTC')
        const late = { clock: NOON + 9 * YEAR_MS, timeZone: 'UTC' }
        for (const copy of [original, { ...otherwise, id: original.id }]) {
          expect(fold(state, copy, late)).toEqual({ state, effect: 'none' })
        }
      }),
    )
  })

  test('the ten greatest events by instant and name are remembered', () => {
    fc.assert(
      fc.property(arbitraryReading, (reading) => {
        const greatest = reading
          .map(({ event }) => ({ name: recordedName(event), occurredAt: event.occurredAt }))
          .sort((a, b) => a.occurredAt - b.occurredAt || (a.name < b.name ? -1 : 1))
          .slice(-10)
        expect(foldAll(reading, 'UTC')?.recent ?? []).toEqual(greatest)
      }),
    )
  })

  test('each permission is the last one by instant and hash of the event id', () => {
    fc.assert(
      fc.property(arbitraryReading, fc.constantFrom('analytics', 'marketing'), (reading, kind) => {
        const last = reading
          .map(({ event }) => event)
          .filter((event) => event.consent?.[kind] !== undefined)
          .sort((a, b) => a.occurredAt - b.occurredAt || eventIdHash(a.id) - eventIdHash(b.id))
          .at(-1)
        expect(foldAll(reading, 'UTC')?.[kind]?.allowed).toBe(last?.consent?.[kind])
      }),
    )
  })

  test('the state before stays as it is', () => {
    fc.assert(
      fc.property(arbitraryReading, arbitraryTimeZone, (reading, timeZone) => {
        let state: CustomerState | undefined
        for (const { event, clock } of reading) {
          state = deepFreeze(fold(state, deepFreeze(event), { clock, timeZone }).state)
        }
      }),
    )
  })
})

describe('fold', () => {
  test('lets an order through that has the id of a page view', () => {
    const { state } = fold(undefined, { ...view, id: 'same' }, AT)
    expect(effectOf(state, { ...order, id: 'same' })).toBe('order')
  })

  test('names the effect of an event', () => {
    const { state } = fold(undefined, order, AT)
    const effects: [Partial<CustomerEvent>, string][] = [
      [view, 'activity'],
      [{ name: 'Ticket Opened' }, 'friction'],
      [{ name: 'Product Reviewed', rating: 2 }, 'friction'],
      [{ name: 'Product Reviewed', rating: 3 }, 'activity'],
      [{ name: 'Product Reviewed' }, 'activity'],
      [{ type: 'identify', customer: { userId: 'u2' } }, 'identity'],
      [{ type: 'identify' }, 'activity'],
      [{ consent: { marketing: false } }, 'consent'],
      [{ name: 'Order Refunded', order: { id: 'o1' } }, 'refund'],
      [{ name: 'Order Cancelled', order: { id: 'o1' } }, 'order'],
      [{ name: 'Order Completed', order: { id: 'o1', amountMinor: 100 } }, 'activity'],
    ]
    for (const [part, effect] of effects) {
      expect(effectOf(state, { ...view, ...part, id: 'another' }), JSON.stringify(part)).toBe(
        effect,
      )
    }
  })

  test('makes a consent that was expressed before an effect only when the answer changes', () => {
    const { state } = fold(undefined, { ...view, consent: { marketing: true } }, AT)
    const later = { ...view, id: 'later', occurredAt: NOON + 1 }
    expect(effectOf(state, { ...later, consent: { marketing: true } })).toBe('activity')
    expect(effectOf(state, { ...later, consent: { marketing: false } })).toBe('consent')
  })

  test('stands at the clock of its last change', () => {
    const { state } = fold(undefined, view, { ...AT, clock: NOON + 1 })
    expect(state.changedAt).toBe(NOON + 1)
    expect(fold(state, view, { ...AT, clock: NOON + 2 }).state.changedAt).toBe(NOON + 1)
  })

  test('keeps no title of a page', () => {
    const { state } = fold(undefined, { ...view, type: 'page', name: 'Order of Ms Doe' }, AT)
    expect(state.recent).toEqual([{ name: 'Page Viewed', occurredAt: NOON }])
  })

  test('keeps the greater user id, whichever comes first', () => {
    const of = (...ids: string[]) =>
      foldAll(
        ids.map((userId) => ({ event: { ...view, id: userId, customer: { userId } }, clock: 0 })),
        'UTC',
      )?.userId
    expect([of('u1', 'u2'), of('u2', 'u1')]).toEqual(['u2', 'u2'])
  })

  test('refuses a time zone that does not exist', () => {
    expect(() => fold(undefined, view, { clock: 0, timeZone: 'Mars/Olympus' })).toThrow(
      expect.objectContaining({ code: 'EBB_CONFIG_TIME_ZONE' }),
    )
  })
})
