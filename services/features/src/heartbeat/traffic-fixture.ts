import type { SourceSignal } from '@ebb/contracts/source-signal'
import { type JudgeState, NEW_JUDGE, onCollectorMinute, onTraffic } from './judge.ts'

/** Monday, 2024-01-01, at midnight. */
export const MONDAY = Date.UTC(2024, 0, 1)
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const WEEK_MS = 7 * DAY_MS

/** How many events come in a minute; to be asked minute by minute. */
export type Arrivals = (minute: number) => number

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const poisson = (random: () => number, mean: number): number => {
  // Nobody asks by how much a busy minute is busy.
  if (mean > 20) return Math.round(mean)
  const limit = Math.exp(-mean)
  let count = -1
  for (let product = 1; product > limit; product *= random()) count += 1
  return count
}

/** Share of a day's events by hour: a shop that is busiest in the evening and sleeps at night. */
const SHOP_DAY = [
  3, 2, 1, 1, 1, 1, 4, 10, 18, 24, 28, 30, 32, 30, 30, 30, 32, 34, 38, 40, 36, 28, 16, 7,
]
const SHOP_SUM = SHOP_DAY.reduce((sum, share) => sum + share, 0)

const shopRate = (perDay: number, minute: number): number =>
  (perDay * SHOP_DAY[new Date(minute).getUTCHours()]!) / SHOP_SUM / 60

/** Nothing hangs together: the textbook source, by day and night. */
export const calm = (random: () => number, perDay: number): Arrivals => {
  return (minute) => poisson(random, shopRate(perDay, minute))
}

/** As `calm`, and closed on Saturdays and Sundays. */
export const closedAtWeekends = (random: () => number, perDay: number): Arrivals => {
  const open = calm(random, perDay)
  return (minute) => ([0, 6].includes(new Date(minute).getUTCDay()) ? 0 : open(minute))
}

/** Visits of eight events that come within some minutes, and nothing else. */
export const bursty = (random: () => number, perDay: number): Arrivals => {
  let waiting = 0
  return (minute) => {
    const visits = poisson(random, shopRate(perDay, minute) / 8)
    for (let i = 0; i < visits; i += 1) waiting += 1 + poisson(random, 7)
    const now = Math.min(waiting, poisson(random, waiting / 2))
    waiting -= now
    return now
  }
}

/** A shop whose good and bad hours nobody sees coming: by 1.5 times and more, for a day or so. */
export const restless = (random: () => number, perDay: number): Arrivals => {
  let mood = 0
  return (minute) => {
    if (minute % HOUR_MS === 0) mood = 0.97 * mood + 0.2 * (random() + random() + random() - 1.5)
    return poisson(random, shopRate(perDay, minute) * Math.exp(mood))
  }
}

/** The judge of the tests: one collector that tells each minute unless told otherwise. */
export const watching = (before: JudgeState = NEW_JUDGE) => {
  let state = before
  const signals: SourceSignal[] = []
  const tell = (
    minute: number,
    sources: readonly string[],
    { collector = 'one', run = 1, timeZone = 'UTC', leaves = false } = {},
  ): void => {
    for (const source of sources)
      state = onTraffic(state, { source, minute, collector, run, accepted: 1 })
    const told = { minute, collector, run, ...(leaves && { leaves }) }
    const judged = onCollectorMinute(state, told, timeZone)
    state = judged.state
    signals.push(...judged.signals)
  }
  return {
    signals,
    state: () => state,
    tell,
    /** From one instant to another, each minute, what comes from `shop`. */
    hear: (arrivals: Arrivals, [from, to]: readonly [number, number], source = 'shop'): void => {
      for (let minute = from; minute < to; minute += MINUTE_MS)
        tell(minute, arrivals(minute) > 0 ? [source] : [])
    },
  }
}
