import { describe, expect, test } from 'vitest'
import {
  type Arrivals,
  bursty,
  calm,
  closedAtWeekends,
  HOUR_MS,
  MINUTE_MS,
  MONDAY,
  restless,
  seeded,
  WEEK_MS,
  watching,
} from './traffic-fixture.ts'

type Source = (random: () => number, perDay: number) => Arrivals

const SOURCES: readonly (readonly [string, Source])[] = [
  ['calm', calm],
  ['closed at weekends', closedAtWeekends],
  ['bursty', bursty],
  ['restless', restless],
]
const RATES = [10, 100, 1_000, 20_000]
/** Two weeks are for learning; the rest, 8 weeks of 16 sources, is two and a half years. */
const WEEKS = 10

describe('a source that never fails raises no alarm, by night, at weekends, in its first weeks', () => {
  for (const [name, source] of SOURCES)
    test.each(RATES)(`${name}, %i events a day`, (perDay) => {
      const judge = watching()
      judge.hear(source(seeded(perDay), perDay), [MONDAY, MONDAY + WEEKS * WEEK_MS])
      expect(judge.signals).toEqual([])
    })
})

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

/** Minutes until it is told that a source is silent which died at this hour of a Tuesday. */
const delays = (source: Source, perDay: number, hour: number): number[] =>
  Array.from({ length: 6 }, (_, seed) => {
    const random = seeded(1_000 + seed)
    const died =
      MONDAY + 3 * WEEK_MS + (24 + hour) * HOUR_MS + Math.floor(random() * 60) * MINUTE_MS
    const judge = watching()
    judge.hear(source(random, perDay), [MONDAY, died])
    expect(judge.signals).toEqual([])
    for (let minute = died; judge.signals.length === 0; minute += MINUTE_MS) judge.tell(minute, [])
    return (judge.signals[0]!.at - died) / MINUTE_MS
  }).sort((a, b) => a - b)

describe('a source that dies is judged silent', () => {
  test.each([
    { name: 'calm', source: calm, perDay: 1_000, hour: 12, most: 30 },
    { name: 'calm', source: calm, perDay: 1_000, hour: 19, most: 30 },
    { name: 'calm', source: calm, perDay: 1_000, hour: 3, most: 400 },
    { name: 'calm', source: calm, perDay: 20_000, hour: 12, most: 8 },
    { name: 'calm', source: calm, perDay: 100, hour: 12, most: 400 },
    { name: 'calm', source: calm, perDay: 10, hour: 12, most: 6 * 24 * 60 },
    { name: 'closed at weekends', source: closedAtWeekends, perDay: 1_000, hour: 12, most: 30 },
    { name: 'bursty', source: bursty, perDay: 1_000, hour: 12, most: 90 },
    { name: 'restless', source: restless, perDay: 1_000, hour: 12, most: 60 },
  ])('$name, $perDay a day, at $hour h: within $most minutes', (of) => {
    const minutes = delays(of.source, of.perDay, of.hour)
    const [least, half, worst] = [0, 0.5, 1].map((share) => quantile(minutes, share))
    const who = `${of.name}, ${of.perDay} a day, dies at ${of.hour} h`
    console.info(`${who}: ${least}, ${half}, ${worst} minutes`)
    expect(worst).toBeLessThanOrEqual(of.most)
  })
})
