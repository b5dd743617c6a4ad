import { DAY_MS, dayOf } from '@ebb/customer/calendar'
import { expect, test } from 'vitest'
import { backtestPlan, checkCut } from './backtest-plan.ts'
import type { ShopOrders } from './shop-orders.ts'

/** A shop whose first order is at one instant, and whose data ends at another. */
const shopOf = (firstAt: string, until: string, timeZone: string): ShopOrders => {
  const at = Date.parse(firstAt)
  const customers = [[{ at, day: dayOf(at, timeZone), valueMinor: 0 }]]
  return { customers, until: Date.parse(until), refused: 0, timeZone, currency: 'EUR' }
}
const iso = (instant: number) => new Date(instant).toISOString()

test('cuts where months begin on the clocks of the shop, from that of the first order on', () => {
  const shop = shopOf('2025-01-31T23:30:00Z', '2025-11-30T23:00:00Z', 'Europe/Berlin')
  const { cutoffs, period } = backtestPlan(shop, 30)
  expect(cutoffs.slice(0, 3).map(({ at }) => iso(at))).toEqual([
    ...['2025-01-31T23:00:00.000Z', '2025-02-28T23:00:00.000Z', '2025-03-31T22:00:00.000Z'],
  ])
  // The instant at which the data ends begins a month of which nothing is known.
  expect(iso(cutoffs.at(-1)!.at)).toBe('2025-10-31T23:00:00.000Z')
  expect(cutoffs.every(({ at, day }) => dayOf(at - 1, 'Europe/Berlin') === day)).toBe(true)
  // The first order was on 1 February: a horizon of orders lies before 1 April, not before 1 March.
  expect(iso(period.from)).toBe('2025-03-31T22:00:00.000Z')
  expect(period).toMatchObject({ horizonDays: 30, lostAfterDays: 60, until: shop.until })
})

test('grades the last year of a longer time, from the beginning of a month on', () => {
  const { period } = backtestPlan(shopOf('2020-01-01T00:00:00Z', '2025-06-15T12:00:00Z', 'UTC'), 90)
  expect(iso(period.from)).toBe('2024-07-01T00:00:00.000Z')
})

test('takes the shortest time that has a horizon on both sides, and refuses a shorter one', () => {
  const until = Date.UTC(2025, 4, 1)
  const first = (horizonDays: number) => iso(Date.UTC(2025, 3, 1) - horizonDays * DAY_MS)
  expect(() => backtestPlan(shopOf(first(31), iso(until), 'UTC'), 30)).not.toThrow()
  expect(() => backtestPlan(shopOf(first(30), iso(until), 'UTC'), 30)).toThrow(/2025-03-02/)
  expect(() => backtestPlan(shopOf(first(31), iso(until - 2 * DAY_MS), 'UTC'), 30)).toThrow()
})

test('cuts only where orders are before it, and a whole horizon of days behind', () => {
  const shop = shopOf('2025-01-10T10:00:00Z', '2025-04-01T00:00:00Z', 'UTC')
  const day = (date: string) => Date.parse(date) / DAY_MS
  expect(() => checkCut(shop, day('2025-03-01'), 30)).not.toThrow()
  expect(() => checkCut(shop, day('2025-03-02'), 30)).toThrow(/from 2025-01-\d\d to 2025-03-01/)
  expect(() => checkCut(shop, day('2025-01-11'), 30)).not.toThrow()
  expect(() => checkCut(shop, day('2025-01-10'), 30)).toThrow(/orders before it/)
})

test('says that there is no order where there is none', () => {
  const shop = { ...shopOf('2025-01-10', '2025-04-01', 'UTC'), customers: [] }
  expect(() => backtestPlan(shop, 30)).toThrow(/no order at all/)
  expect(() => checkCut(shop, 20_000, 30)).toThrow(/no order at all/)
})
