import { expect, it } from 'vitest'
import { fitModel } from '../models/fit-model.ts'
import type { RiskModel } from '../models/risk-model.ts'
import { dueAt, fireDue, onRhythm } from '../silence/episode.ts'
import type { RiskState } from '../silence/risk-state.ts'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS, type Tier } from '../silence/tiers.ts'
import { readCdnow } from './cdnow-fixture.ts'
import { hasOnlineRetail, historiesUntil, readOnlineRetail } from './online-retail-fixture.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isSkipped = !hasOnlineRetail && !isDataRequired
if (isSkipped) console.warn('SKIPPED: UCI Online Retail is absent (online_retail.csv.gz).')

const DAY = 86_400_000

/** A shop that begins to listen. */
interface Look {
  readonly model: RiskModel
  readonly from: number
  /** The last instant with 90 days of data behind it. */
  readonly until: number
}

interface Grade {
  alerts: number
  right: number
  silences: number[]
}

/** Tier and stratum, alerts, precision, median silence in days where the design prints one. */
type Printed = readonly [string, number, number, number?]

/** What the shop is told, by tier and stratum of x. */
function gradeShop(customers: readonly (readonly number[])[], look: Look): Map<string, Grade> {
  const grades = new Map<string, Grade>()
  for (const days of customers) {
    for (const { tier, x, at, lastAt } of alertsOf(days, look)) {
      const stratum = x === 0 ? 'x = 0' : x < 5 ? 'x 1–4' : 'x ≥ 5'
      const key = `${tier} ${stratum}`
      const grade = grades.get(key) ?? { alerts: 0, right: 0, silences: [] }
      const isRight = !days.some((day) => day * DAY > at && day * DAY <= at + 90 * DAY)
      grade.alerts += 1
      grade.right += isRight ? 1 : 0
      grade.silences.push((at - lastAt) / DAY)
      grades.set(key, grade)
    }
  }
  return grades
}

function alertsOf(days: readonly number[], { model, from, until }: Look) {
  const scoring = { model, policy: DEFAULT_TIER_POLICY, customerId: 'c' }
  const told: { tier: Tier; x: number; at: number; lastAt: number }[] = []
  let state: RiskState | undefined
  const rhythmAfter = (count: number) => {
    const lastAt = days[count - 1]! * DAY
    return { repeatDays: count - 1, firstAt: days[0]! * DAY, lastAt, lastOrderId: `o${count}` }
  }
  const seen = days.filter((day) => day * DAY <= from).length
  for (let count = Math.max(1, seen); count <= days.length; count++) {
    const clock = Math.max(from, days[count - 1]! * DAY)
    state = onRhythm(state, rhythmAfter(count), { ...scoring, clock }).state
    const next = days[count] === undefined ? until : Math.min(until, days[count]! * DAY - 1)
    for (let at = dueAt(state); at !== undefined && at <= next; at = dueAt(state)) {
      const fired = fireDue(state, { ...scoring, clock: at })
      for (const { kind, tier, crossedAt, silentSince } of fired.alerts) {
        if (kind !== 'at_risk') continue
        told.push({ tier, x: count - 1, at: crossedAt, lastAt: silentSince })
      }
      state = fired.state
    }
  }
  return told
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

function expectGrades(grades: ReadonlyMap<string, Grade>, printed: readonly Printed[]): void {
  expect([...grades.keys()].toSorted()).toEqual(printed.map(([key]) => key).toSorted())
  for (const [key, alerts, precision, silence] of printed) {
    const grade = grades.get(key)!
    expect([key, grade.alerts]).toEqual([key, alerts])
    expect(Math.abs(grade.right / alerts - precision)).toBeLessThanOrEqual(0.005)
    if (silence !== undefined) {
      expect(Math.abs(median(grade.silences) - silence)).toBeLessThan(1)
    }
  }
}

it('tells of CDNOW what the design expects: how many, how often right, after what silence', () => {
  const customers = readCdnow().map(({ days }) => days)
  const until = Date.UTC(1998, 5, 30) - 90 * DAY
  const look = { model: SHIPPED_PRIORS, from: Date.UTC(1997, 8, 30), until }
  expectGrades(gradeShop(customers, look), [
    ['light x = 0', 1411, 0.93],
    ['light x 1–4', 933, 0.75, 105],
    ['light x ≥ 5', 181, 0.55, 70],
    ['moderate x = 0', 1411, 0.93],
    ['moderate x 1–4', 694, 0.79, 160],
    ['moderate x ≥ 5', 113, 0.58, 98],
    ['heavy x = 0', 1411, 0.93],
    ['heavy x 1–4', 510, 0.82, 195],
    ['heavy x ≥ 5', 68, 0.66, 124],
  ])
})

it.skipIf(isSkipped)(
  'tells of UCI Online Retail, by the guarded fit, what the design expects',
  () => {
    const customers = readOnlineRetail()
    const { model, dropoutIdentified } = fitModel(
      'mbg-nbd',
      historiesUntil(customers, '2011-06-01'),
    )
    expect(dropoutIdentified).toBe(false)
    const until = Date.UTC(2011, 11, 9) - 90 * DAY
    const look = { model, from: Date.UTC(2011, 5, 1), until }
    expectGrades(gradeShop(customers, look), [
      ['light x = 0', 1586, 0.68, 71],
      ['light x 1–4', 587, 0.47, 96],
      ['light x ≥ 5', 29, 0.24, 83],
      ['moderate x = 0', 1058, 0.71, 119],
      ['moderate x 1–4', 134, 0.59, 155],
      ['moderate x ≥ 5', 9, 0.44, 111],
      ['heavy x = 0', 172, 0.67, 265],
      ['heavy x 1–4', 23, 0.65, 218],
      ['heavy x ≥ 5', 5, 0.8, 131],
    ])
  },
)
