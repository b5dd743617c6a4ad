import { describe, expect, it } from 'vitest'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import type { PurchaseHistory } from './purchase-history.ts'
import { expectedOrders, probabilityAlive } from './risk-model.ts'
import { logGamma } from './special-functions.ts'

const { r, alpha, a, b } = SHIPPED_PRIORS.parameters
const NEW = { frequency: 0, recency: 0, age: 0 }
const TWICE = { frequency: 2, recency: 30.43, age: 38.86 }
const OFTEN = { frequency: 20, recency: 20, age: 26 }

/**
 * The definition: a customer who buys at the rate λ and leaves after an order with the
 * probability p expects (1 − e^(−λpt)) / p orders. λ is integrated in closed form, p in 20,000
 * steps, as the fourth power of y so that the density is smooth at 0: to about 1e-9.
 */
function byDefinition({ frequency, age, ...rest }: PurchaseHistory, weeks: number): number {
  const n = b + frequency + 1
  const logBeta = logGamma(a) + logGamma(n) - logGamma(a + n)
  const steps = 20_000
  let sum = 0
  for (let i = 0; i < steps; i++) {
    const y = (i + 0.5) / steps
    const p = y ** 4
    const stays = (alpha + age) / (alpha + age + p * weeks)
    const density = Math.exp((4 * a - 1) * Math.log(y) + (n - 1) * Math.log1p(-p) - logBeta)
    sum += (4 * density * (1 - stays ** (r + frequency))) / p
  }
  return (probabilityAlive(SHIPPED_PRIORS, { frequency, age, ...rest }) * sum) / steps
}

/** The closed form, with a hypergeometric series of its own. */
function closedForm(history: PurchaseHistory, weeks: number): number {
  const { frequency: x, age } = history
  const z = weeks / (alpha + age + weeks)
  let term = 1
  let series = 1
  for (let n = 0; n < 100_000 && term > 1e-17 * series; n++) {
    term *= (((r + x + n) * (b + x + 1 + n)) / ((a + b + x + n) * (n + 1))) * z
    series += term
  }
  const ifAlive = ((a + b + x) / (a - 1)) * (1 - (1 - z) ** (r + x) * series)
  return probabilityAlive(SHIPPED_PRIORS, history) * ifAlive
}

describe('orders expected by MBG/NBD', () => {
  const cases = [NEW, TWICE, OFTEN].flatMap((history) =>
    [1, 39, 520].map((weeks) => ({ history, weeks })),
  )

  it.each(cases)('are those of its definition: $history in $weeks weeks', ({ history, weeks }) => {
    const orders = expectedOrders(SHIPPED_PRIORS, history, weeks)
    expect(Math.abs(orders / byDefinition(history, weeks) - 1)).toBeLessThan(1e-6)
    expect(Math.abs(orders / closedForm(history, weeks) - 1)).toBeLessThan(1e-11)
  })

  it('of a new customer count those who left after their first order', () => {
    const soon = expectedOrders(SHIPPED_PRIORS, NEW, 1e-6) / 1e-6
    expect(soon).toBeCloseTo(((b / (a + b)) * r) / alpha, 6)
  })
})
