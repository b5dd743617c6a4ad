import { beforeAll, describe, expect, it } from 'vitest'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { type Backtest, backtest, EBB_TIERS, SHOP_RULES } from './backtest.ts'
import { readCdnow } from './cdnow-fixture.ts'
import { DAY_MS, STRATA } from './customer-orders.ts'
import { atVolume, type CurvePoint } from './rule-curves.ts'

const instant = (date: string) => Date.parse(`${date}T00:00:00Z`)
const CUTOFFS = ['1997-01-01', '1997-04-01', '1997-10-01', '1998-01-01', '1998-04-01'].map(
  (date) => ({ at: instant(date), day: instant(date) / DAY_MS - 1 }),
)
const PERIOD = {
  ...{ from: instant('1997-10-01'), until: instant('1998-07-01') },
  ...{ horizonDays: 90, lostAfterDays: 180 },
}

describe('a backtest of CDNOW', () => {
  let result: Backtest
  beforeAll(() => {
    const customers = readCdnow().map(({ days }) =>
      days.map((day) => ({ at: day * DAY_MS, day, valueMinor: 1 })),
    )
    result = backtest({ customers, cutoffs: CUTOFFS, period: PERIOD })
  })

  it('takes the shipped priors until there is a horizon of orders, then fits at each cut-off', () => {
    expect(result.eras.map(({ origin }) => origin)).toEqual([
      ...['shipped', 'shipped', 'fitted', 'fitted', 'fitted'],
    ])
    expect(result.eras[1]!.model).toBe(SHIPPED_PRIORS)
    // What the sample is known for: its calibration ends with September.
    const found = Object.values(result.eras[2]!.model.parameters)
    for (const [i, known] of [0.525, 6.183, 0.891, 1.614].entries())
      expect(Math.abs(found[i]! - known)).toBeLessThan(0.001)
  })

  it('has every rule in every stratum, whose alerts add up', () => {
    const names = Object.keys(result.rules)
    expect(names).toEqual(expect.arrayContaining([...EBB_TIERS, ...SHOP_RULES]))
    for (const name of names) {
      const { all, ...strata } = result.rules[name]!
      const sum = (what: 'alerts' | 'right' | 'lost' | 'caught' | 'atRiskMinor' | 'censored') =>
        Object.values(strata).reduce((total, grade) => total + grade[what], 0)
      for (const what of ['alerts', 'right', 'lost', 'caught', 'atRiskMinor', 'censored'] as const)
        expect([name, what, sum(what)]).toEqual([name, what, all[what]])
      const inWeeks = result.weeks[name]!.reduce((total, alerts) => total + alerts, 0)
      expect(inWeeks).toBe(all.alerts + all.censored)
    }
  })

  it('tells the fewer the higher the threshold, and loses as many by every rule', () => {
    const { 'ebb-light': light, 'ebb-moderate': moderate, 'ebb-heavy': heavy } = result.rules
    const recalls = [light, moderate, heavy].map((grades) => grades!.all.recall)
    expect(recalls).toEqual(recalls.toSorted((left, right) => right - left))
    for (const grades of Object.values(result.rules)) expect(grades.all.lost).toBe(light!.all.lost)
    // By definition: who is silent for 180 days was silent for 90.
    expect(result.rules['no-order-90-days']!.all.recall).toBe(1)
    expect(result.rules['no-order-90-days']!.all.meanLeadDays).toBeCloseTo(90, 9)
  })

  it('grades scores at the cut-offs that have a horizon behind them, Ebb above recency', () => {
    expect(result.scores['ebb']!.all.customers).toBe(2_357 * 3)
    expect(result.scores['ebb']!.all.auc).toBeGreaterThan(result.scores['recency']!.all.auc)
    expect(result.scores['ebb']!.all.calibrationError).toBeLessThan(0.05)
  })

  it('puts every rule of shops beside Ebb where it tells about as many', () => {
    expect(result.equalVolume).toHaveLength(SHOP_RULES.length * STRATA.length)
    const found = result.equalVolume.filter(({ ebb }) => ebb !== undefined)
    expect(found.length).toBeGreaterThan(8)
    for (const { theirs, ebb } of found) {
      const off = Math.abs(ebb!.grade.alerts - theirs.alerts)
      expect(off).toBeLessThanOrEqual(theirs.alerts / 10)
    }
  })
})

it('compares at the nearest volume, or not at all', () => {
  const point = (threshold: number, alerts: number): CurvePoint =>
    ({ threshold, grade: { alerts } }) as CurvePoint
  const curve = [point(0.1, 200), point(0.2, 104), point(0.3, 97), point(0.4, 50)]
  expect(atVolume(curve, 100)?.threshold).toBe(0.3)
  expect(atVolume(curve, 70)).toBeUndefined()
  expect(atVolume(curve, 0)).toBeUndefined()
  expect(atVolume([], 100)).toBeUndefined()
})
