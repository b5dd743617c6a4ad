import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, HABITS, HOUR_MS, habitualInstant } from './habit.ts'
import { seededRandom } from './seeded-random.ts'

test('an instant is found in the daytime, on the day asked for or one of the two after it', () => {
  fc.assert(
    fc.property(fc.nat(4e12), fc.constantFrom(...HABITS), fc.string(), (earliest, habit, name) => {
      const instant = habitualInstant(habit, seededRandom(name), earliest)
      const day = Math.floor(instant / DAY_MS)
      expect([0, 1, 2]).toContain(day - Math.floor(earliest / DAY_MS))
      expect(instant - day * DAY_MS).toBeGreaterThanOrEqual(HOUR_MS)
      expect(instant - day * DAY_MS).toBeLessThanOrEqual(23 * HOUR_MS)
    }),
  )
})

test('everybody keeps to their hour, and weekend shoppers to the weekends', () => {
  const [atWeekends, nearTheHour] = [[] as number[], [] as number[]]
  for (const habit of HABITS) {
    const random = seededRandom('habits')
    const dates = Array.from(
      { length: 700 },
      (_, day) => new Date(habitualInstant(habit, random, day * DAY_MS)),
    )
    const share = (test: (date: Date) => boolean) => dates.filter(test).length / dates.length
    atWeekends.push(share((date) => date.getUTCDay() % 6 === 0))
    nearTheHour.push(share((date) => Math.abs(date.getUTCHours() - habit.hour) <= 3))
  }
  const [, lunchBreaks, weekends] = atWeekends as [number, number, number]
  expect(weekends).toBeGreaterThan(0.38)
  expect(lunchBreaks).toBeLessThan(0.2)
  expect(Math.min(...nearTheHour)).toBeGreaterThan(0.9)
})
