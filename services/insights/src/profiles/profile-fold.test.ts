import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Attributes,
  type Json,
  LONGEST_NAME,
  LONGEST_VALUE,
  MOST_ATTRIBUTES,
  NO_ATTRIBUTES,
  type SaidTraits,
  valuesOf,
  withTraits,
} from './profile-fold.ts'

const after = (events: readonly SaidTraits[]): Attributes =>
  events.reduce(withTraits, NO_ATTRIBUTES)
const said = (
  traits: SaidTraits['traits'],
  occurredAt = 1,
  eventId = `e${occurredAt}`,
): SaidTraits => ({
  ...{ traits, occurredAt, eventId },
})

const nameArb = fc.oneof(
  fc.constantFrom('email', 'city', '__proto__', 'constructor'),
  fc.nat(3 * MOST_ATTRIBUTES).map((index) => `a${index}`),
)
const valueArb = fc.oneof(
  fc.constantFrom<Json>(null, true, 'x'.repeat(LONGEST_VALUE), 'NUL \u0000', '\ud800', {
    a: [1, 'b'],
  }),
  fc.string({ maxLength: 9 }),
  fc.integer(),
)
/** Copies of one event are equal: the traits follow from the id. */
const eventsArb = fc.uniqueArray(
  fc.record({
    eventId: fc.nat(99).map((id) => `e${id}`),
    occurredAt: fc.nat(9),
    traits: fc.array(fc.tuple(nameArb, valueArb), { maxLength: 70 }).map(Object.fromEntries),
  }),
  { selector: ({ eventId }) => eventId, maxLength: 8 },
)

describe('a profile', () => {
  test('is the same by any order of arrival, with any copies', () => {
    fc.assert(
      fc.property(
        eventsArb.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events], {
              minLength: 2 * events.length,
              maxLength: 2 * events.length,
            }),
          ),
        ),
        ([events, shuffled]) => {
          const sorted = (attributes: Attributes) => [...attributes].toSorted()
          expect(sorted(after(shuffled))).toEqual(sorted(after(events)))
          expect(after(events).size).toBeLessThanOrEqual(MOST_ATTRIBUTES)
        },
      ),
    )
  })

  test('has of each attribute what the last event said, and not what null took back', () => {
    const events = [
      said({ plan: 'gold', city: 'Bonn' }, 5),
      said({ plan: 'free' }, 3),
      said({ city: null }, 6),
    ]
    expect(valuesOf(after(events))).toEqual({ plan: 'gold' })
    expect(valuesOf(after([...events, said({ city: 'Ulm' }, 4)]))).toEqual({ plan: 'gold' })
    expect(valuesOf(after([...events, said({ city: 'Ulm' }, 7)]))).toEqual({
      city: 'Ulm',
      plan: 'gold',
    })
  })

  test('at one instant has what the greater id said', () => {
    expect(valuesOf(after([said({ a: 2 }, 1, 'y'), said({ a: 1 }, 1, 'x')]))).toEqual({ a: 2 })
  })

  test('is the same object behind a copy', () => {
    const known = after([said({ a: 1 })])
    expect(withTraits(known, said({ a: 1 }))).toBe(known)
    expect(withTraits(known, said({ a: 2 }, 0))).toBe(known)
  })

  test('beyond the bound keeps what was said last', () => {
    const many = Array.from({ length: MOST_ATTRIBUTES + 5 }, (_, at) =>
      said({ [`a${at}`]: at }, at),
    )
    const kept = [...after(many).keys()]
    expect(kept).toHaveLength(MOST_ATTRIBUTES)
    expect(kept).not.toContain('a4')
    expect(kept).toContain('a5')
  })

  test('leaves out what is too long, or cannot be kept, as if it had not been said', () => {
    const known = after([said({ a: 1, '': 1, [`${'n'.repeat(LONGEST_NAME)}`]: 1 })])
    expect([...known.keys()]).toEqual(['a', 'n'.repeat(LONGEST_NAME)])
    const unkept = {
      a: 'x'.repeat(LONGEST_VALUE - 1),
      ['n'.repeat(LONGEST_NAME + 1)]: 1,
      b: ['\u0000'],
    }
    expect(withTraits(known, said(unkept, 2))).toBe(known)
    expect(withTraits(known, said({ c: { '\ud800': 1 }, d: undefined, e: Number.NaN }, 2))).toBe(
      known,
    )
  })
})
