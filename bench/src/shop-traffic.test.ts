import { canonicalise } from '@ebb/collector/canonical-form'
import { expect, test } from 'vitest'
import { BEGIN, intakeContext } from './bench-shop.ts'
import { type Popularity, shopTraffic } from './shop-traffic.ts'

const CUSTOMERS = 100
const EVENTS = 20_000

const traffic = (popularity: Popularity, name = 'test') => {
  const next = shopTraffic({ name, customers: CUSTOMERS, popularity })
  return Array.from({ length: EVENTS }, () => next(BEGIN))
}

/** Share of each customer, the busiest first. */
const shares = (popularity: Popularity): number[] => {
  const counts = Map.groupBy(traffic(popularity), ({ userId }) => userId)
  return [...counts.values()].map((all) => all.length / EVENTS).sort((a, b) => b - a)
}

test('the collector takes every event, and no two have one id', () => {
  const outcomes = traffic('uniform').map((event) => canonicalise(event, intakeContext(BEGIN)))
  const accepted = outcomes.flatMap((outcome) => ('ok' in outcome ? [outcome.ok] : []))
  expect(accepted).toHaveLength(EVENTS)
  expect(new Set(accepted.map(({ id }) => id)).size).toBe(EVENTS)
})

test('an order is one customer’s alone, however often a life begins again', () => {
  const placed = traffic('Zipf 1.1').filter(({ event }) => event === 'Order Completed')
  const ids = placed.map(({ properties }) => (properties as { order_id: string }).order_id)
  expect(ids.length).toBeGreaterThan(EVENTS / 100)
  expect(new Set(ids).size).toBe(ids.length)
})

test('the same name gives the same traffic, and another name other events', () => {
  expect(traffic('uniform')).toEqual(traffic('uniform'))
  const ids = new Set(traffic('uniform', 'other').map(({ messageId }) => messageId))
  expect(traffic('uniform').filter(({ messageId }) => ids.has(messageId))).toEqual([])
})

test('customers are all alike, or the k-th is k^-1.1 as busy as the first', () => {
  const [busiest = 0] = shares('uniform')
  expect(busiest).toBeLessThan(2 / CUSTOMERS)
  const ranked = shares('Zipf 1.1')
  expect(ranked[0]! / ranked[1]!).toBeCloseTo(2 ** 1.1, 0)
  expect(ranked[0]! / ranked[9]!).toBeGreaterThan(8)
})
