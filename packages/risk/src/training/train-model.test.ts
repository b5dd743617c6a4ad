import { describe, expect, test } from 'vitest'
import { readCdnow } from '../grading/cdnow-fixture.ts'
import {
  hasOnlineRetail,
  historiesUntil,
  readOnlineRetail,
} from '../grading/online-retail-fixture.ts'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { trainModel } from './train-model.ts'
import type { TrainingRow } from './training-row.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isSkipped = !hasOnlineRetail && !isDataRequired
if (isSkipped) console.warn('SKIPPED: UCI Online Retail is absent (online_retail.csv.gz).')

const HORIZON_DAYS = 90
const NO_VALUE = { orders: 0, mean: 0 }

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000

/** What a shop knew 90 days behind a date, which is the cut. */
const rowsAt = (customers: readonly (readonly number[])[], cut: string): TrainingRow[] =>
  customers.flatMap((days) => {
    const [then, now] = [dayNumber(cut), dayNumber(cut) + HORIZON_DAYS]
    const historyAt = (at: number) => {
      const [seen] = historiesUntil(
        [[...days]],
        new Date(at * 86_400_000).toISOString().slice(0, 10),
      )
      return seen
    }
    const [atCut, atNow] = [historyAt(then), historyAt(now)]
    if (atNow === undefined) return []
    const isQuiet = !days.some((day) => day > then && day <= now)
    return [{ ...(atCut && { atCut }), isQuiet, now: atNow, value: NO_VALUE }]
  })

const shipped = { horizonDays: HORIZON_DAYS, champion: SHIPPED_PRIORS, knowsVisits: false }

describe('CDNOW, held out from 1997-10-01 for 90 days', () => {
  const customers = readCdnow()
  const rows = rowsAt(
    customers.map(({ days }) => days),
    '1997-09-30',
  )
  const { trained, data } = trainModel({ rows, ...shipped })

  test('the candidate is the published fit, which is what is shipped: it changes nothing', () => {
    const { heldOut, verdict } = trained!
    for (const name of ['r', 'alpha', 'a', 'b'] as const) {
      const parameters = heldOut.model.parameters as typeof SHIPPED_PRIORS.parameters & object
      const distance = (parameters as never)[name] - (SHIPPED_PRIORS.parameters as never)[name]
      expect(Math.abs(distance)).toBeLessThan(0.001)
    }
    expect(verdict.isBetter).toBe(false)
    expect(heldOut.grades.all.auc).toBeCloseTo(heldOut.champion.all.auc!, 4)
  })

  test('what is fitted in the end knows the last 90 days as well', () => {
    expect(trained!.fit.dropoutIdentified).toBe(true)
    expect(trained!.fit.model.parameters).not.toEqual(trained!.heldOut.model.parameters)
    expect(data).toMatchObject({ customers: 2_357, historyDays: 362 })
  })

  test('every stratum is graded, and recency ranks without a probability', () => {
    const { grades, recency, customers: held, calibration } = trained!.heldOut
    expect(held).toBe(2_357)
    expect([grades.x0, grades.x1to4, grades.x5plus].map((some) => some.customers)).toEqual([
      1_411, 815, 131,
    ])
    expect(recency.all.brier).toBeNull()
    expect(grades.all.auc!).toBeGreaterThan(recency.all.auc!)
    expect(calibration).toHaveLength(10)
    expect(calibration.reduce((sum, { customers }) => sum + customers, 0)).toBe(held)
  })

  test('values of orders are fitted where they are known', () => {
    const valued = rows.map((row, i) => ({ ...row, value: customers[i]!.values }))
    const { spend } = trainModel({ rows: valued, ...shipped }).trained!
    expect(spend!.p).toBeCloseTo(6.25, 2)
    expect(spend!.q).toBeCloseTo(3.74, 2)
    expect(spend!.v).toBeCloseTo(15.44, 1)
    expect(trained!.spend).toBeUndefined()
  })
})

describe('the prior of visits', () => {
  const rows = rowsAt(
    readCdnow().map(({ days }) => days),
    '1997-09-30',
  )
  const visitors = (count: number): TrainingRow[] =>
    rows.map((row, i) => {
      const visits = { activeDays: 5 + (i % 40), observedDays: 100 + (i % 7) }
      return i < count ? { ...row, visits } : row
    })
  const fitted = (count: number, knowsVisits = true) =>
    trainModel({ rows: visitors(count), ...shipped, knowsVisits }).trained!

  test('is fitted where it is asked for, and enough customers were seen to visit', () => {
    expect(fitted(199).visits).toBeUndefined()
    expect(fitted(200, false).visits).toBeUndefined()
    const { shape, rate } = fitted(200).visits!
    // A day in four, by and large.
    expect(shape / rate).toBeCloseTo(24.5 / 103, 2)
  })

  test('has no part in the rest', () => {
    const { visits: _, ...rest } = fitted(300)
    expect(rest).toEqual(fitted(0, false))
  })
})

describe.skipIf(isSkipped)('UCI Online Retail, held out from 2011-06-02 for 90 days', () => {
  test('its own model takes the place of the shipped one, with dropout set by hand', () => {
    const rows = rowsAt(isSkipped ? [] : readOnlineRetail(), '2011-06-01')
    // Its first order is of 2010-12-01.
    const { trained, why } = trainModel({ rows, ...shipped })
    const { heldOut, verdict, fit } = trained!
    expect(heldOut.grades.all.brier).toBeCloseTo(0.2021, 3)
    expect(heldOut.champion.all.brier).toBeCloseTo(0.2369, 3)
    expect(heldOut.grades.x5plus.auc).toBeCloseTo(0.8284, 3)
    expect(heldOut.champion.x5plus.auc).toBeCloseTo(0.8471, 3)
    expect(heldOut.model.parameters).toMatchObject({ a: 0.5, b: 9.5 })
    expect([verdict.isBetter, fit.dropoutIdentified]).toEqual([true, false])
    expect(why).toMatch(/^Brier score 0\.202\d against 0\.236\d, 14\.\d % lower/)
  })
})

describe('too little to learn from', () => {
  const rowsOf = (customers: number, repeaters: number, ageWeeks: number): TrainingRow[] =>
    Array.from({ length: customers }, (_, i) => {
      const frequency = i < repeaters ? 1 + (i % 3) : 0
      const recency = frequency * (1 + (i % 7))
      const atCut = { frequency, recency, age: ageWeeks - HORIZON_DAYS / 7 }
      const isQuiet = i % 2 === 0
      return { atCut, isQuiet, now: { ...atCut, age: ageWeeks }, value: NO_VALUE }
    })
  const trained = (...of: readonly [number, number, number]) =>
    trainModel({ rows: rowsOf(...of), ...shipped })
  const ENOUGH = 2 * 13

  test('is said with what is missing', () => {
    expect(trained(199, 50, ENOUGH).why).toBe(
      'not enough data yet: 90 days ago 199 of 200 customers, 50 of 50 of them with orders on two ' +
        'days; 182 of 180 days since the first order',
    )
    expect(trained(199, 50, ENOUGH).trained).toBeUndefined()
    expect(trained(200, 49, ENOUGH).trained).toBeUndefined()
    expect(trained(200, 50, 25).trained).toBeUndefined()
    expect(trained(200, 50, ENOUGH).trained).toBeDefined()
  })

  test('of what customers spend, where all that they got was for nothing: orders are fitted', () => {
    const free = (mean: number) =>
      rowsOf(300, 200, ENOUGH).map((row) => ({ ...row, value: { orders: 2, mean } }))
    expect(trainModel({ rows: free(0), ...shipped }).trained!.spend).toBeUndefined()
    expect(trainModel({ rows: free(10), ...shipped }).trained!.spend).toBeDefined()
  })

  test('and so is a shop without a customer', () => {
    expect(trainModel({ rows: [], ...shipped })).toMatchObject({
      data: { customers: 0, repeaters: 0, orderDays: 0, historyDays: 0 },
      why: expect.stringContaining('0 of 200 customers'),
    })
  })
})
