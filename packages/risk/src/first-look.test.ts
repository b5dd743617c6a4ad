import { expect, it } from 'vitest'
import { readCdnow } from './cdnow-fixture.ts'
import { dueAt, fireDue, onRhythm, type RiskState } from './episode.ts'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS, type Tier } from './tiers.ts'

const DAY = 86_400_000
const FROM = Date.UTC(1997, 8, 30)
/** The last instant with 90 days of data behind it. */
const UNTIL = Date.UTC(1998, 5, 30) - 90 * DAY
const SCORING = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }

interface Grade {
  alerts: number
  right: number
  silences: number[]
}

/** What a shop that begins to listen on 1997-09-30 is told, by tier and stratum of x. */
function gradeCdnow(): Map<string, Grade> {
  const grades = new Map<string, Grade>()
  for (const { id, days } of readCdnow()) {
    for (const { tier, x, at, lastAt } of alertsOf(id, days)) {
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

function alertsOf(customerId: string, days: readonly number[]) {
  const told: { tier: Tier; x: number; at: number; lastAt: number }[] = []
  let state: RiskState | undefined
  const rhythmAfter = (count: number) => {
    const lastAt = days[count - 1]! * DAY
    return { repeatDays: count - 1, firstAt: days[0]! * DAY, lastAt, lastOrderId: `o${count}` }
  }
  const seen = days.filter((day) => day * DAY <= FROM).length
  for (let count = seen; count <= days.length; count++) {
    const clock = Math.max(FROM, days[count - 1]! * DAY)
    state = onRhythm(state, rhythmAfter(count), { ...SCORING, customerId, clock }).state
    const next = days[count] === undefined ? UNTIL : Math.min(UNTIL, days[count]! * DAY - 1)
    for (let at = dueAt(state); at !== undefined && at <= next; at = dueAt(state)) {
      const fired = fireDue(state, { ...SCORING, customerId, clock: at })
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

it('tells of CDNOW what the design expects: how many, how often right, after what silence', () => {
  const grades = gradeCdnow()
  for (const [key, alerts, precision, silence] of [
    ['light x = 0', 1411, 0.93, undefined],
    ['light x 1–4', 933, 0.75, 105],
    ['light x ≥ 5', 181, 0.55, 70],
    ['moderate x = 0', 1411, 0.93, undefined],
    ['moderate x 1–4', 694, 0.79, 160],
    ['moderate x ≥ 5', 113, 0.58, 98],
    ['heavy x = 0', 1411, 0.93, undefined],
    ['heavy x 1–4', 510, 0.82, 195],
    ['heavy x ≥ 5', 68, 0.66, 124],
  ] as const) {
    const grade = grades.get(key)!
    expect([key, grade.alerts]).toEqual([key, alerts])
    expect(Math.abs(grade.right / alerts - precision)).toBeLessThanOrEqual(0.005)
    if (silence !== undefined) {
      expect(Math.abs(median(grade.silences) - silence)).toBeLessThan(1)
    }
  }
})
