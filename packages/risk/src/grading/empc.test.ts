import { expect, it } from 'vitest'
import { CAMPAIGN_COSTS, expectedMaximumProfit } from './empc.ts'

const casesOf = (risks: readonly number[]) =>
  risks.map((risk, i) => ({ risk, isTrue: i % 2 === 1 }))

it('finds the known profit and share', () => {
  const { profit, share } = expectedMaximumProfit(casesOf([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]))
  expect(profit.toFixed(6)).toBe('23.875593')
  expect(share.toFixed(6)).toBe('0.874370')
})

it('pays the more the better the risks rank, and tells only true cases where it can', () => {
  const [known, guessed] = [casesOf([0.1, 0.9]), casesOf([0.5, 0.5])].map((cases) =>
    expectedMaximumProfit(cases),
  )
  expect(known!.profit).toBeGreaterThan(guessed!.profit)
  expect(known!.share).toBeLessThan(0.5)
  // Each customer kept brings 200 − 10, with a chance of 6 / 20; each contact costs 1.
  expect(known!.profit).toBeCloseTo((0.3 * 190 - 1) / 2, 2)
})

it('has no campaign that pays where offers cost more than a customer is worth', () => {
  const costs = { ...CAMPAIGN_COSTS, offer: 195, contact: 100 }
  expect(expectedMaximumProfit(casesOf([0.1, 0.9]), costs)).toEqual({ profit: 0, share: 0 })
})

it('has no number without both kinds of cases', () => {
  expect(expectedMaximumProfit([{ risk: 0.5, isTrue: true }]).profit).toBeNaN()
})
