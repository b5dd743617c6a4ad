import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { nextOrderAt } from './next-order.ts'
import { historyAt, MS_PER_WEEK } from './order-rhythm.ts'
import { formulasOf, probabilityAlive, type RiskModel } from './risk-model.ts'

const PARETO: RiskModel = {
  kind: 'pareto-nbd',
  parameters: { r: 0.55315, alpha: 10.57633, s: 0.60625, beta: 11.6715 },
}
const anyRhythm = fc
  .record({
    repeatDays: fc.integer({ min: 0, max: 500 }),
    firstAt: fc.integer({ min: 8e11, max: 2e12 }),
    span: fc.integer({ min: 1, max: 2e11 }),
  })
  .map(({ repeatDays, firstAt, span }) => {
    return { repeatDays, firstAt, lastAt: firstAt + (repeatDays === 0 ? 0 : span) }
  })

it.each([SHIPPED_PRIORS, PARETO])('is the median of the next order if alive: $kind', (model) => {
  const anySilence = fc.integer({ min: -MS_PER_WEEK, max: 100 * MS_PER_WEEK })
  fc.assert(
    fc.property(anyRhythm, anySilence, (rhythm, silence) => {
      const now = rhythm.lastAt + silence
      const history = historyAt(rhythm, now)
      const chanceUntil = (at: number) => {
        const weeks = (at - Math.max(now, rhythm.lastAt)) / MS_PER_WEEK
        return formulasOf(model.kind).chanceOfOrder(model.parameters, history, weeks)
      }
      const at = nextOrderAt(model, rhythm, now)
      if (at === undefined) {
        const isExpected = chanceUntil(8.64e15) >= 0.5 && probabilityAlive(model, history) >= 0.5
        expect(isExpected).toBe(false)
      } else {
        expect(Number.isInteger(at)).toBe(true)
        expect(probabilityAlive(model, history)).toBeGreaterThanOrEqual(0.5)
        expect(chanceUntil(at)).toBeGreaterThanOrEqual(0.5 - 1e-12)
        expect(chanceUntil(at - 1)).toBeLessThan(0.5 + 1e-12)
      }
    }),
  )
})

it('is the closed form of a Gamma–Poisson wait', () => {
  const rhythm = { repeatDays: 3, firstAt: 0, lastAt: 12 * MS_PER_WEEK }
  const { r, alpha } = SHIPPED_PRIORS.parameters
  const weeks = (alpha + 12) * (2 ** (1 / (r + 3)) - 1)
  const at = nextOrderAt(SHIPPED_PRIORS, rhythm, rhythm.lastAt)!
  expect(Math.abs(at - (12 + weeks) * MS_PER_WEEK)).toBeLessThanOrEqual(1)
})

it('is none once the customer is more likely gone', () => {
  const weekly = { repeatDays: 20, firstAt: 0, lastAt: 20 * MS_PER_WEEK }
  expect(nextOrderAt(SHIPPED_PRIORS, weekly, 21 * MS_PER_WEEK)).toBeDefined()
  expect(nextOrderAt(SHIPPED_PRIORS, weekly, 60 * MS_PER_WEEK)).toBeUndefined()
})

it('is none where leaving comes before ordering', () => {
  const parameters = { r: 0.5, alpha: 100, s: 2, beta: 2 }
  const once = { repeatDays: 0, firstAt: 0, lastAt: 0 }
  expect(nextOrderAt({ kind: 'pareto-nbd', parameters }, once, 0)).toBeUndefined()
})
