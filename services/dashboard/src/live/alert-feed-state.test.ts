import type { AlertView } from '@ebb/contracts/dashboard-api'
import { expect, test } from 'vitest'
import { FEED_LENGTH, newIn, withNews } from './alert-feed-state.ts'

const alert = (number: number): AlertView => ({
  alertId: `alert-${number}`,
  customerId: 'u:1',
  kind: 'at_risk',
  tier: 'light',
  previousTier: 'healthy',
  ...{ risk: 0.6, riskAtLastOrder: 0.4, reasons: [] },
  silentSince: '2027-01-01T00:00:00Z',
  crossedAt: '2027-02-01T00:00:00Z',
  raisedAt: new Date(Date.UTC(2027, 1, 1) + number * 1_000).toISOString(),
})

const numbers = (feed: readonly AlertView[]): number[] =>
  feed.map(({ alertId }) => Number(alertId.slice('alert-'.length)))

test('the latest alert is the first, however they arrive', () => {
  const feed = withNews([alert(2), alert(1)], [alert(4), alert(3)])
  expect(numbers(feed)).toEqual([4, 3, 2, 1])
})

test('an alert that comes again after a lost connection stands once', () => {
  const feed = withNews([alert(2), alert(1)], [alert(1), alert(2), alert(3)])
  expect(numbers(feed)).toEqual([3, 2, 1])
})

test('alerts of one tick are the later the later they came', () => {
  const same = [alert(1), { ...alert(1), alertId: 'alert-2' }]
  expect(numbers(withNews([], same))).toEqual([2, 1])
})

test('the feed does not grow', () => {
  const many = Array.from({ length: FEED_LENGTH + 5 }, (_, index) => alert(index))
  const feed = withNews([], many)
  expect(feed).toHaveLength(FEED_LENGTH)
  expect(feed[0]?.alertId).toBe(`alert-${FEED_LENGTH + 4}`)
})

test('what is new is what was not there', () => {
  expect(numbers(newIn([alert(3), alert(2)], [alert(2), alert(1)]))).toEqual([3])
})
