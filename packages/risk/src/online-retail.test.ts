import { describe, expect, it } from 'vitest'
import type { PurchaseHistory } from './beta-geometric.ts'
import { fitModel } from './fit-model.ts'
import { mbgNbd } from './mbg-nbd.ts'
import { nelderMead } from './nelder-mead.ts'
import {
  auc,
  brier,
  hasOnlineRetail,
  historiesUntil,
  quietAfter,
  readOnlineRetail,
} from './online-retail-fixture.ts'
import { probabilityOfNoOrder, type RiskModel } from './risk-model.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isSkipped = !hasOnlineRetail && !isDataRequired
if (isSkipped) console.warn('SKIPPED: UCI Online Retail is absent (online_retail.csv.gz).')

const HORIZON_DAYS = 90
/** So small that not even the busiest customer has any odds of having left. */
const NOBODY_LEAVES = { a: 1e-300, b: 1 }

const SPRING = {
  cut: '2011-06-01',
  customers: 2725,
  churn: 0.51,
  likeliest: { r: 0.7354, alpha: 8.7617, logLikelihood: -12301.14 },
  likeliestAucs: [0.7446, 0.6562, 0.7617],
  guarded: { r: 0.7884, alpha: 8.6275 },
  guardedAucs: [0.7445, 0.6622, 0.8284],
}
const AUTUMN = {
  cut: '2011-09-10',
  customers: 3370,
  churn: 0.43,
  likeliest: { r: 0.7224, alpha: 9.4106, logLikelihood: -22924.1 },
  likeliestAucs: [0.733, 0.6259, 0.7298],
  guarded: { r: 0.7801, alpha: 9.1849 },
  guardedAucs: [0.7364, 0.6347, 0.777],
}

const orderDays = isSkipped ? [] : readOnlineRetail()

/** The maximum of the likelihood on the boundary where nobody leaves: an NBD. */
function fitWithoutDropout(histories: readonly PurchaseHistory[]) {
  const modelAt = (point: readonly number[]): RiskModel => {
    const [r, alpha] = point.map(Math.exp)
    return { kind: 'mbg-nbd', parameters: { r: r!, alpha: alpha!, ...NOBODY_LEAVES } }
  }
  const loss = (point: readonly number[]) => {
    const { parameters } = modelAt(point)
    return histories.reduce((sum, history) => sum - mbgNbd.logLikelihood(parameters, history), 0)
  }
  const search = { start: [0, 2], step: 0.5, tolerance: 1e-8, maxEvaluations: 2000 }
  const { point, value } = nelderMead(loss, search)
  return { model: modelAt(point), logLikelihood: -value }
}

/** Each customer's risk at the cut, and whether the 90 days after it stayed without an order. */
function judge(model: RiskModel, cut: string) {
  const quiet = quietAfter(orderDays, cut, HORIZON_DAYS)
  return historiesUntil(orderDays, cut).map((history, i) => ({
    frequency: history.frequency,
    risk: probabilityOfNoOrder(model, history, HORIZON_DAYS / 7),
    isTrue: quiet[i]!,
  }))
}

/** Of all customers, of those with 1–4 repeat days, and of those with five or more. */
function aucsOf(judged: ReturnType<typeof judge>): number[] {
  const few = judged.filter(({ frequency }) => frequency >= 1 && frequency < 5)
  const many = judged.filter(({ frequency }) => frequency >= 5)
  return [judged, few, many].map(auc)
}

/** A unit of the fourth digit: some AUCs lie one swapped pair from where rounding changes. */
function expectDigits(values: readonly number[], printed: readonly number[]): void {
  for (const [i, value] of values.entries()) {
    expect(Math.abs(value - printed[i]!)).toBeLessThan(0.0001)
  }
  expect(values).toHaveLength(printed.length)
}

describe.skipIf(isSkipped).each([SPRING, AUTUMN])('UCI Online Retail as of $cut', (expected) => {
  const histories = historiesUntil(orderDays, expected.cut)

  it('has so many customers, and such a share of them without an order in 90 days', () => {
    const quiet = quietAfter(orderDays, expected.cut, HORIZON_DAYS)
    expect(histories).toHaveLength(expected.customers)
    expect(quiet).toHaveLength(expected.customers)
    expect(quiet.filter(Boolean).length / quiet.length).toBeCloseTo(expected.churn, 3)
  })

  it('ranks by the likeliest model, in which nobody leaves, as the design says', () => {
    const { model, logLikelihood } = fitWithoutDropout(histories)
    const { r, alpha } = expected.likeliest
    expectDigits([model.parameters.r, model.parameters.alpha], [r, alpha])
    expect(Math.abs(logLikelihood - expected.likeliest.logLikelihood)).toBeLessThan(0.01)
    expectDigits(aucsOf(judge(model, expected.cut)), expected.likeliestAucs)
  })

  it('ranks by the guarded model as the design says, the loyal far better', () => {
    const { model, dropoutIdentified } = fitModel('mbg-nbd', histories)
    expect(dropoutIdentified).toBe(false)
    expect(Math.abs(model.parameters.r - expected.guarded.r)).toBeLessThan(0.001)
    expect(Math.abs(model.parameters.alpha - expected.guarded.alpha)).toBeLessThan(0.001)
    expectDigits(aucsOf(judge(model, expected.cut)), expected.guardedAucs)
  })
})

describe.skipIf(isSkipped)('the guard, as of 2011-06-01', () => {
  const histories = historiesUntil(orderDays, SPRING.cut)
  const highestOfLoyal = (judged: ReturnType<typeof judge>) =>
    Math.max(...judged.filter(({ frequency }) => frequency >= 5).map(({ risk }) => risk))

  it('costs little in Brier score, and opens the eyes for the loyal', () => {
    const likeliest = judge(fitWithoutDropout(histories).model, SPRING.cut)
    const guarded = judge(fitModel('mbg-nbd', histories).model, SPRING.cut)
    expectDigits([brier(likeliest), brier(guarded)], [0.2009, 0.2021])
    expect(highestOfLoyal(likeliest)).toBeLessThan(0.165)
    expect(highestOfLoyal(guarded)).toBeGreaterThan(0.7)
  })
})
