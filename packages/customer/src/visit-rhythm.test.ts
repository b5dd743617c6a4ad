import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryTimeZone, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS, dayOf } from './calendar.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { pack, unpack } from './packing.ts'
import { visitRhythm } from './visit-rhythm.ts'

const HOUR_MS = 3_600_000

/** An event of the storefront so long after noon, and how long after that it is read; ms. */
type Seen = readonly [after: number, delay: number]

const visited = (seen: readonly Seen[], timeZone = 'UTC') => {
  const reading = seen.map(([after, delay], index) => ({
    clock: NOON + after + delay,
    event: {
      ...{ id: `e${index}`, type: 'page' as const, name: '', customer: {}, sourceRank: 1 },
      occurredAt: NOON + after,
    },
  }))
  return foldAll(
    reading.sort((a, b) => a.clock - b.clock),
    timeZone,
  )
}

/** The same by definition, from the list of all events. */
const recounted = (seen: readonly Seen[], timeZone: string) => {
  const instants = seen.map(([after]) => NOON + after).sort((a, b) => a - b)
  const starts = instants.filter((at, i) => i === 0 || at - instants[i - 1]! > HOUR_MS / 2)
  const days = new Set(starts.map((at) => dayOf(at, timeZone)))
  return { repeatDays: days.size - 1, firstAt: instants[0], lastAt: instants.at(-1) }
}

/** More than a year, some of it within hours, told within two days. */
const anySeen = fc.array(
  fc.tuple(
    fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 20 })).map(([month, quarter]) => {
      return month * 33 * DAY_MS + quarter * (HOUR_MS / 4)
    }),
    fc.nat({ max: 2 * DAY_MS }),
  ),
  { minLength: 1, maxLength: 40 },
)

describe('the visit rhythm', () => {
  test('is that of all visits ever, in whatever order and however late they were told of', () => {
    fc.assert(
      fc.property(anySeen, arbitraryTimeZone, (seen, timeZone) => {
        const state = visited(seen, timeZone)!
        const rhythm = recounted(seen, timeZone)
        expect(visitRhythm(state, timeZone)).toEqual(rhythm)
        expect(visitRhythm(unpack(pack(state)), timeZone)).toEqual(rhythm)
      }),
      { numRuns: 500 },
    )
  })

  test('is none where nobody told of a visit', () => {
    expect(visitRhythm(EMPTY_STATE, 'UTC')).toBeUndefined()
  })

  test('counts a visit over midnight on the day on which it began', () => {
    const [late, next] = [11.9 * HOUR_MS, 12.1 * HOUR_MS]
    for (const end of [next, 4 * DAY_MS])
      expect(visitRhythm(visited([[late, 0] as Seen, [next, 0], [end, 0]])!, 'UTC')).toMatchObject({
        repeatDays: end === next ? 0 : 1,
        firstAt: NOON + late,
        lastAt: NOON + end,
      })
  })

  test('costs no more than eight bytes of a packed state', () => {
    const state = visited(Array.from({ length: 300 }, (_, day) => [day * DAY_MS, 0] as const))!
    const without = pack({ ...state, visited: undefined })
    expect(pack(state).length - without.length).toBeLessThanOrEqual(8)
  })
})
