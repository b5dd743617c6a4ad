import { normal, type SeededRandom, weightedIndex } from './seeded-random.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** When somebody shops: around an hour (UTC), on some days of the week (weights from Sunday). */
export type Habit = { hour: number; weekdays: readonly number[] }

/** The habits that shoppers have: evenings, lunch breaks, weekends. */
export const HABITS: readonly Habit[] = [
  { hour: 20, weekdays: [1, 1, 1, 1, 1, 0.7, 0.8] },
  { hour: 12, weekdays: [0.4, 1, 1, 1, 1, 1, 0.4] },
  { hour: 15, weekdays: [1.2, 0.4, 0.4, 0.4, 0.4, 0.6, 1.5] },
]

const DAYS_TO_CHOOSE_FROM = [0, 1, 2]

/**
 * An instant that suits the habit: on the UTC day of `earliest` or one of the two after it, between
 * 01:00 and 23:00 (so possibly some hours before `earliest`, never on an earlier day).
 */
export const habitualInstant = (habit: Habit, random: SeededRandom, earliest: number): number => {
  const day = Math.floor(earliest / DAY_MS)
  const weights = DAYS_TO_CHOOSE_FROM.map((wait) => habit.weekdays[weekdayOf(day + wait)]!)
  const hour = Math.min(23, Math.max(1, habit.hour + 1.5 * normal(random)))
  return Math.round((day + weightedIndex(random, weights)) * DAY_MS + hour * HOUR_MS)
}

/** 1970-01-01, day 0, was a Thursday. */
const weekdayOf = (day: number): number => (day + 4) % 7
