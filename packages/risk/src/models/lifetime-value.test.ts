import { expect, it } from 'vitest'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { expectedOrderValue } from './gamma-gamma.ts'
import { lifetimeValue } from './lifetime-value.ts'
import { expectedOrders, type RiskModel } from './risk-model.ts'

const SPEND = { kind: 'gamma-gamma', p: 6.25, q: 3.74, v: 15.44 } as const
const CUSTOMER = {
  history: { frequency: 2, recency: 30.43, age: 38.86 },
  values: { orders: 2, mean: 40 },
}
const PARETO: RiskModel = {
  kind: 'pareto-nbd',
  parameters: { r: 0.55315, alpha: 10.57633, s: 0.60625, beta: 11.6715 },
}
const value = expectedOrderValue(SPEND, CUSTOMER.values)

it.each([SHIPPED_PRIORS, PARETO])(
  'without interest is expected orders × value: $kind',
  (orders) => {
    const discounting = { periods: 13, periodWeeks: 4, ratePerPeriod: 0 }
    const whole = expectedOrders(orders, CUSTOMER.history, 52) * value
    expect(lifetimeValue({ orders, spend: SPEND }, CUSTOMER, discounting)).toBeCloseTo(whole, 10)
  },
)

it('discounts the orders of a period as if they came at its end', () => {
  const until = (weeks: number) => expectedOrders(SHIPPED_PRIORS, CUSTOMER.history, weeks)
  const direct = value * (until(26) / 1.05 + (until(52) - until(26)) / 1.05 ** 2)
  const discounting = { periods: 2, periodWeeks: 26, ratePerPeriod: 0.05 }
  const models = { orders: SHIPPED_PRIORS, spend: SPEND }
  expect(lifetimeValue(models, CUSTOMER, discounting)).toBeCloseTo(direct, 12)
})

it('is nothing over no period', () => {
  const discounting = { periods: 0, periodWeeks: 4, ratePerPeriod: 0.01 }
  expect(lifetimeValue({ orders: PARETO, spend: SPEND }, CUSTOMER, discounting)).toBe(0)
})
