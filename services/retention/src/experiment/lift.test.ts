import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { liftOf } from './lift.ts'

const arm = (customers: number, returned: number) => ({ customers, returned })

const intervalOf = (treated: ReturnType<typeof arm>, heldOut: ReturnType<typeof arm>) => {
  const lift = liftOf(treated, heldOut)
  if ('notEnough' in lift) throw new Error(lift.notEnough.of)
  return lift
}

const arbitraryArm = fc
  .integer({ min: 30, max: 5_000 })
  .chain((customers) => fc.nat(customers).map((returned) => arm(customers, returned)))
const arbitraryArms = fc
  .tuple(arbitraryArm, arbitraryArm)
  .filter(([one, other]) => !('notEnough' in liftOf(one, other)))

describe('the lift', () => {
  it('has the interval that Newcombe published for 56 of 70 against 48 of 80', () => {
    const { returned, from, until } = intervalOf(arm(70, 56), arm(80, 48))
    expect(returned).toBeCloseTo(0.2, 12)
    expect(from).toBeCloseTo(0.0524, 4)
    expect(until).toBeCloseTo(0.3339, 4)
  })

  it('lies in its interval, and that between -1 and 1', () => {
    fc.assert(
      fc.property(arbitraryArms, ([treated, heldOut]) => {
        const { returned, from, until } = intervalOf(treated, heldOut)
        expect(from).toBeLessThanOrEqual(returned)
        expect(until).toBeGreaterThanOrEqual(returned)
        expect(from).toBeGreaterThanOrEqual(-1 - 1e-12)
        expect(until).toBeLessThanOrEqual(1 + 1e-12)
      }),
    )
  })

  it('is turned round where the arms are exchanged', () => {
    fc.assert(
      fc.property(arbitraryArms, ([treated, heldOut]) => {
        const one = intervalOf(treated, heldOut)
        const other = intervalOf(heldOut, treated)
        expect(other.from).toBeCloseTo(-one.until, 12)
        expect(other.until).toBeCloseTo(-one.from, 12)
      }),
    )
  })

  it('is told more narrowly by ten times the customers', () => {
    fc.assert(
      fc.property(arbitraryArms, (arms) => {
        const [few, many] = [1, 10].map((times) => {
          const [treated, heldOut] = arms.map((one) =>
            arm(one.customers * times, one.returned * times),
          )
          const { from, until } = intervalOf(treated!, heldOut!)
          return until - from
        })
        expect(many).toBeLessThan(few!)
      }),
    )
  })

  it.each([
    [arm(29, 10), arm(300, 10), { of: 'treated', have: 29, need: 30 }],
    [arm(300, 10), arm(29, 10), { of: 'hold_out', have: 29, need: 30 }],
    [arm(0, 0), arm(0, 0), { of: 'hold_out', have: 0, need: 30 }],
    [arm(300, 4), arm(30, 0), { of: 'returned', have: 4, need: 5 }],
    [arm(300, 299), arm(30, 27), { of: 'not_returned', have: 4, need: 5 }],
  ] as const)('of %j and %j is not told: %j', (treated, heldOut, notEnough) => {
    expect(liftOf(treated, heldOut)).toEqual({ notEnough })
  })

  it('is told from the least on that is enough', () => {
    expect(liftOf(arm(30, 3), arm(30, 2))).not.toHaveProperty('notEnough')
    expect(liftOf(arm(30, 28), arm(30, 27))).not.toHaveProperty('notEnough')
  })
})

const logFactorials = [0]
for (let n = 1; n <= 1_000; n++) logFactorials.push(logFactorials[n - 1]! + Math.log(n))

/** Probability that so many of n return, each with probability p. */
const binomial = (n: number, k: number, p: number): number =>
  Math.exp(
    logFactorials[n]! -
      logFactorials[k]! -
      logFactorials[n - k]! +
      k * Math.log(p) +
      (n - k) * Math.log1p(-p),
  )

interface Truth {
  readonly customers: number
  readonly rate: number
}

/** How often the interval covers the truth where it is told: by all outcomes, not by a sample. */
const coverageOf = (treated: Truth, heldOut: Truth): number => {
  const truth = treated.rate - heldOut.rate
  let told = 0
  let covered = 0
  for (let one = 0; one <= treated.customers; one++)
    for (let other = 0; other <= heldOut.customers; other++) {
      const lift = liftOf(arm(treated.customers, one), arm(heldOut.customers, other))
      if ('notEnough' in lift) continue
      const probability =
        binomial(treated.customers, one, treated.rate) *
        binomial(heldOut.customers, other, heldOut.rate)
      told += probability
      if (lift.from <= truth && truth <= lift.until) covered += probability
    }
  return covered / told
}

describe('the interval of the lift', () => {
  const sizes = [
    [30, 30],
    [270, 30],
    [270, 60],
    [100, 100],
    [900, 100],
  ] as const
  const rates = [
    [0.05, 0.05],
    [0.1, 0.08],
    [0.15, 0.1],
    [0.25, 0.2],
    [0.5, 0.5],
    [0.9, 0.8],
  ] as const

  const truths = sizes.flatMap(([n, m]) =>
    rates.map(
      ([p, q]) =>
        [
          { customers: n, rate: p },
          { customers: m, rate: q },
        ] as const,
    ),
  )

  it.each(truths)('of %j and %j covers the truth in 93 to 97 % of cases', (treated, heldOut) => {
    const coverage = coverageOf(treated, heldOut)
    expect(coverage).toBeGreaterThan(0.93)
    expect(coverage).toBeLessThan(0.97)
  })

  it.each(sizes)('of %d against %d is too wide rather than too narrow for rare returns', (n, m) => {
    const coverage = coverageOf({ customers: n, rate: 0.03 }, { customers: m, rate: 0.01 })
    expect(coverage).toBeGreaterThan(0.94)
  })
})
