import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, WEEK_MS } from './traffic-fixture.ts'
import {
  activeShare,
  addMinute,
  localHour,
  newRhythm,
  type WeeklyRhythm,
  wasClosed,
} from './weekly-rhythm.ts'

const at = (instant: number) => localHour(instant, 'UTC')

/** Counts minutes, each told of as covered, some as active. */
const told = (minutes: readonly { minute: number; isActive: boolean }[], before = newRhythm(0)) =>
  minutes.reduce<WeeklyRhythm>((rhythm, { minute, isActive }) => {
    const covered = addMinute(rhythm, at(minute), 'covered')
    return isActive ? addMinute(covered, at(minute), 'active') : covered
  }, before)

const hourFrom = (from: number, activeEvery: number) =>
  Array.from({ length: 60 }, (_, i) => ({
    minute: from + i * MINUTE_MS,
    isActive: i % activeEvery === 0,
  }))

describe('a local hour', () => {
  test('is counted from Monday at midnight of the shop', () => {
    expect(at(MONDAY).hourOfWeek).toBe(0)
    expect(at(MONDAY - 1).hourOfWeek).toBe(167)
    expect(at(MONDAY).week).toBe(at(MONDAY - 1).week + 1)
    expect(localHour(MONDAY, 'America/New_York').hourOfWeek).toBe(163)
    expect(localHour(MONDAY + 182 * DAY_MS, 'Europe/Berlin').hourOfWeek).toBe(2)
  })
})

describe('a rhythm', () => {
  test('is the same in whatever order the minutes of two weeks are told', () => {
    const minute = fc.record({
      minute: fc.integer({ min: 0, max: 2 * 10_080 - 1 }).map((i) => MONDAY + i * MINUTE_MS),
      isActive: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(minute, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (all, dice) => {
        const from = told(
          [{ minute: MONDAY + WEEK_MS, isActive: true }],
          newRhythm(at(MONDAY).week),
        )
        const keyed = all.map((each) => [dice.next().value, each] as const)
        const shuffled = keyed.sort(([a], [b]) => a - b).map(([, each]) => each)
        expect(told(shuffled, from)).toEqual(told(all, from))
      }),
    )
  })

  test('leans on the same hour of other days while an hour is new, and then on itself', () => {
    const weekdays = [0, 1, 2, 3, 4].flatMap((day) => hourFrom(MONDAY + day * DAY_MS, 2))
    const known = told(weekdays, newRhythm(at(MONDAY).week))
    const saturday = at(MONDAY + 5 * DAY_MS)
    const leaning = activeShare(known, saturday)
    expect(leaning).toBeGreaterThan(0.3)
    const closed = [0, 1, 2].flatMap((week) =>
      hourFrom(MONDAY + 5 * DAY_MS + week * WEEK_MS, 61).map((of) => ({ ...of, isActive: false })),
    )
    expect(activeShare(told(closed, known), saturday)).toBeLessThan(leaning / 3)
  })

  test('forgets an eighth of what is older than two weeks in each week', () => {
    const weeks = (count: number, every: number, from: number) =>
      Array.from({ length: count }, (_, week) => hourFrom(from + week * WEEK_MS, every)).flat()
    const busy = told(weeks(12, 1, MONDAY), newRhythm(at(MONDAY).week))
    const share = (after: number) =>
      activeShare(told(weeks(after, 61, MONDAY + 12 * WEEK_MS), busy), at(MONDAY))
    const shares = [1, 4, 12, 26].map(share)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
    expect(shares[0]).toBeGreaterThan(0.6)
    expect(shares[3]).toBeLessThan(0.15)
  })

  test('is below one in every hour, so that a quiet minute is never impossible', () => {
    const always = Array.from({ length: 3 * 168 }, (_, i) =>
      hourFrom(MONDAY + i * HOUR_MS, 1),
    ).flat()
    const known = told(always, newRhythm(at(MONDAY).week))
    for (let hour = 0; hour < 168; hour += 1) {
      const share = activeShare(known, at(MONDAY + hour * HOUR_MS))
      expect(share).toBeGreaterThan(0.9)
      expect(share).toBeLessThan(1)
    }
  })

  test('knows the hours in which nothing came a week ago, if there was somebody to hear', () => {
    const quiet = hourFrom(MONDAY, 1).map((of) => ({ ...of, isActive: false }))
    const known = told(quiet, newRhythm(at(MONDAY).week))
    expect(wasClosed(known, at(MONDAY + WEEK_MS))).toBe(true)
    expect(wasClosed(known, at(MONDAY + WEEK_MS + HOUR_MS))).toBe(false)
    expect(wasClosed(told(quiet.slice(0, 29), newRhythm(known.week)), at(MONDAY + WEEK_MS))).toBe(
      false,
    )
    expect(wasClosed(told(hourFrom(MONDAY, 59), newRhythm(known.week)), at(MONDAY + WEEK_MS))).toBe(
      false,
    )
  })
})
