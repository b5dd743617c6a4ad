import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlertRecord } from '@ebb/contracts/alert-record'
import { ALERTS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { crossings, DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { seededRandom } from '@ebb/simulator/seeded-random'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endAll, lastJson, runEbb } from '../ebb-process.ts'
import { cdnowOrderDays, cdnowReplay } from './cdnow-sample.ts'
import { crossingByBisection } from './crossing-theory.ts'

const HOUR_MS = 3_600_000
const LAST_DAY = Date.UTC(1998, 5, 30)
const TIERS = ['light', 'moderate', 'heavy'] as const

/** What an alert says of its time, and of whom. */
interface Told {
  readonly customerId: string
  readonly kind: AlertRecord['kind']
  readonly tier: AlertRecord['tier']
  readonly silentSince: number
  readonly crossedAt: number
  readonly raisedAt: number
}

const DAYS = cdnowOrderDays()

let folder: string
let summary: Record<string, unknown>
let alerts: Told[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-theory-'))
  summary = lastJson(await runEbb(cdnowReplay(folder)))
  alerts = await alertsBelow(folder)
})
afterEach(endAll)
afterAll(() => rmSync(folder, { recursive: true }))

const alertsBelow = async (root: string): Promise<Told[]> => {
  const [name] = readdirSync(root)
  const engines = readEmbeddedEngines(join(root, name!))!
  const all: Told[] = []
  for (let partition = 0; partition < (await engines.log.partitions(ALERTS)); partition += 1) {
    const { records } = await engines.log.read({ topic: ALERTS, partition }, 0, 100_000)
    for (const { value } of records) {
      const alert = JSON.parse(Buffer.from(value).toString('utf8')) as AlertRecord
      const { customerId, kind, tier, silentSince, crossedAt, raisedAt } = alert
      all.push({ customerId, kind, tier, silentSince, crossedAt, raisedAt })
    }
  }
  engines.close()
  return all
}

/** The first tick at an instant or behind it: an hour until the last day begins, then its end. */
const tickAt = (instant: number): number => {
  const hour = Math.ceil(instant / HOUR_MS) * HOUR_MS
  return hour <= LAST_DAY ? hour : LAST_DAY + DAY_MS
}

/** Every silence of a customer: after which order days, and until when somebody was listening. */
const silencesOf = (days: readonly number[]) =>
  days.map((lastAt, i) => ({
    known: days.slice(0, i + 1),
    lastAt,
    // A tick at the hour of the next order stands before it.
    until: days[i + 1] ?? LAST_DAY + DAY_MS,
    isEnded: i + 1 < days.length,
  }))

/** What the theory says of one customer: nobody may be told of who ordered before the next tick. */
const expectedOf = (customerId: string, days: readonly number[]): Told[] =>
  silencesOf(days).flatMap(({ known, lastAt, until, isEnded }) => {
    const rhythm = { repeatDays: known.length - 1, firstAt: known[0]!, lastAt }
    const { lost, ...tiers } = crossings(rhythm, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
    const told = (kind: Told['kind'], tier: Told['tier'], crossedAt: number): Told[] => {
      const raisedAt = tickAt(crossedAt)
      if (crossedAt > lost || crossedAt > LAST_DAY + DAY_MS || raisedAt > until) return []
      return [{ customerId, kind, tier, silentSince: lastAt, crossedAt, raisedAt }]
    }
    const raised = TIERS.flatMap((tier) => told('at_risk', tier, tiers[tier]))
    const gone = told('lost', 'heavy', lost)
    const back = { customerId, kind: 'recovered', tier: 'healthy', silentSince: lastAt } as const
    const isBack = isEnded && raised.length > 0
    return [...raised, ...gone, ...(isBack ? [{ ...back, crossedAt: until, raisedAt: until }] : [])]
  })

const byText = (all: readonly Told[]): string[] => all.map((told) => JSON.stringify(told)).sort()

const ofKinds = (...kinds: Told['kind'][]): Told[] =>
  alerts.filter(({ kind }) => kinds.includes(kind))

describe('the alerts of CDNOW', () => {
  test('are those of the theory, all of them and no other, to the millisecond', () => {
    const expected = [...DAYS].flatMap(([id, days]) => expectedOf(`u:${id}`, days))
    expect(expected.length).toBeGreaterThan(10_000)
    expect(byText(alerts)).toEqual(byText(expected))
  })

  test('are those that the summary counts', () => {
    const tiers = TIERS.map((tier) => ofKinds('at_risk').filter((a) => a.tier === tier).length)
    const [light, moderate, heavy] = tiers
    expect(summary).toMatchObject({
      alerts: { light, moderate, heavy },
      recovered: ofKinds('recovered').length,
      lost: ofKinds('lost').length,
    })
    expect(ofKinds('withdrawn', 'reopened')).toEqual([])
    const left = silentAtTheEnd()
    expect(summary['silent']).toBe(left)
    expect(left).toBeGreaterThan(100)
  })

  test('never stand for somebody who ordered before the next tick', () => {
    for (const { customerId, silentSince, raisedAt } of ofKinds('at_risk', 'lost')) {
      const days = DAYS.get(customerId.slice(2))!
      const next = days[days.indexOf(silentSince) + 1] ?? Number.POSITIVE_INFINITY
      expect(raisedAt).toBeLessThanOrEqual(next)
    }
  })

  test('of 50 customers cross where a bisection of the published formula does', () => {
    const { uniform } = seededRandom('theory')
    const ids = [...DAYS.keys()].map((id) => ({ id, sortKey: uniform() }))
    const chosen = ids.sort((a, b) => a.sortKey - b.sortKey).slice(0, 50)
    let compared = 0
    for (const { id } of chosen) {
      const days = DAYS.get(id)!
      const own = ofKinds('at_risk').filter(({ customerId }) => customerId === `u:${id}`)
      for (const { tier, silentSince, crossedAt, raisedAt } of own) {
        const known = days.filter((day) => day <= silentSince)
        const share = { healthy: 0, light: 0.3, moderate: 0.5, heavy: 0.7 }[tier]
        expect(crossedAt).toBe(crossingByBisection(known, share))
        expect(raisedAt).toBe(tickAt(crossedAt))
        compared += 1
      }
    }
    expect(compared).toBeGreaterThan(100)
  })
})

test.each([
  [[0], [28.9, 65.0, 141.4]],
  [
    [0, 5],
    [37.8, 76.1, 141.5],
  ],
  [
    [0, 4, 8, 12],
    [44.4, 77.6, 123.2],
  ],
  [Array.from({ length: 9 }, (_, i) => (i * 30) / 8), [55.2, 83.4, 116.3]],
  [Array.from({ length: 21 }, (_, i) => i), [23.4, 31.6, 40.4]],
])('the bisection gives the published days of silence behind orders in weeks %j', (weeks, days) => {
  const orders = weeks.map((week) => week * 7 * DAY_MS)
  const silence = (share: number) => (crossingByBisection(orders, share) - orders.at(-1)!) / DAY_MS
  expect([0.3, 0.5, 0.7].map((share) => Number(silence(share).toFixed(1)))).toEqual(days)
})

/** Customers of whom a tier was told since their last order, and who were not given up. */
const silentAtTheEnd = (): number => {
  const since = (customerId: string) => DAYS.get(customerId.slice(2))!.at(-1)!
  const open = (kind: Told['kind']) =>
    ofKinds(kind)
      .filter((alert) => alert.silentSince === since(alert.customerId))
      .map(({ customerId }) => customerId)
  const lost = new Set(open('lost'))
  return new Set(open('at_risk').filter((id) => !lost.has(id))).size
}
