import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryReading, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import { type CustomerState, EMPTY_STATE } from './customer-state.ts'
import { normalise, statesDigest } from './normalise.ts'
import { channelCode } from './taste-codes.ts'

const NOTHING = { counts: {}, tastes: [] }
const DIRECT = channelCode('direct')
const END = NOON + 200 * DAY_MS

const views = (count: number): CustomerState =>
  foldAll(
    Array.from({ length: count }, (_, i) => ({
      clock: NOON,
      event: {
        id: `e${i}`,
        type: 'track',
        name: 'Product Viewed',
        customer: { userId: 'u1' },
        sourceRank: 1,
        occurredAt: NOON,
      },
    })),
    'UTC',
  ) ?? EMPTY_STATE

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

describe('normalise', () => {
  test('gives plain JSON with sorted keys', () => {
    fc.assert(
      fc.property(arbitraryReading, (reading) => {
        const facts = normalise(foldAll(reading, 'UTC') ?? EMPTY_STATE, END, 'UTC')
        expect(JSON.parse(JSON.stringify(facts))).toStrictEqual(facts)
        expect(JSON.stringify(facts)).toBe(JSON.stringify(sorted(facts)))
      }),
    )
  })

  test('finds no day in a state that its own clock has left behind', () => {
    fc.assert(
      fc.property(arbitraryReading, (reading) => {
        const { changedAt, tiles } = foldAll(reading, 'UTC') ?? EMPTY_STATE
        const oldest = Math.floor(changedAt / DAY_MS) - 89
        expect(tiles.filter(({ day }) => day < oldest)).toEqual([])
      }),
    )
  })

  test('rolls days up by the clock: the 90th day counts, the 91st is a total', () => {
    const today = Math.floor(NOON / DAY_MS)
    const tally = { counts: { productViews: 2, sessions: 1 }, tastes: [[DIRECT, 1]] }
    const kept = normalise(views(2), NOON + 89 * DAY_MS, 'UTC')
    expect([kept.tiles, kept.totals]).toEqual([[{ ...tally, day: today }], NOTHING])
    const rolled = normalise(views(2), NOON + 90 * DAY_MS, 'UTC')
    expect([rolled.tiles, rolled.totals]).toEqual([[], tally])
  })
})

describe('statesDigest', () => {
  const states: [string, CustomerState][] = [
    ['u:b', views(1)],
    ['a:c', views(3)],
    ['u:a', views(2)],
  ]

  test('is the SHA-256 of one line for each customer, by id', () => {
    const lines = ['a:c', 'u:a', 'u:b'].map((id) => {
      const state = new Map(states).get(id) ?? EMPTY_STATE
      return `${JSON.stringify([id, normalise(state, END, 'UTC')])}\n`
    })
    const expected = createHash('sha256').update(lines.join('')).digest('hex')
    expect(statesDigest(states, END, 'UTC')).toBe(expected)
  })

  test('does not depend on the order of the states, but on each of their facts', () => {
    const digest = statesDigest(states, END, 'UTC')
    expect(statesDigest(new Map(states.toReversed()), END, 'UTC')).toBe(digest)
    expect(statesDigest(states.with(0, ['u:b', views(2)]), END, 'UTC')).not.toBe(digest)
    expect(statesDigest(states.slice(1), END, 'UTC')).not.toBe(digest)
  })
})
