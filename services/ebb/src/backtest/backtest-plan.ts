import { DAY_MS, dayOf, startOfDay } from '@ebb/customer/calendar'
import type { Period } from '@ebb/risk/grading/alert-grades'
import type { Cutoff } from '@ebb/risk/grading/model-eras'
import { CodedError } from '@ebb/runtime/coded-error'
import type { ShopOrders } from './shop-orders.ts'

const YEAR_DAYS = 365

/** When a shop looks back, and which of its alerts are graded. */
export interface BacktestPlan {
  readonly cutoffs: readonly Cutoff[]
  readonly period: Period
}

/**
 * The beginnings of all months in the shop's time zone, and a period from the first of them that is
 * at most a year before the end of the data and has a horizon of orders before it. Throws
 * `EBB_BACKTEST_SHORT` where less than a horizon of data is left behind that.
 */
export const backtestPlan = (shop: ShopOrders, horizonDays: number): BacktestPlan => {
  const { until, timeZone } = shop
  const firstDay = firstDayOf(shop)
  const cutoffs = monthsOf(firstDay, dayOf(until, timeZone))
    .map((day) => ({ at: startOfDay(day, timeZone), day: day - 1 }))
    .filter(({ at }) => at < until)
  const from = cutoffs.find(
    ({ at, day }) => day - firstDay >= horizonDays && at >= until - YEAR_DAYS * DAY_MS,
  )?.at
  if (from === undefined || from + horizonDays * DAY_MS > until) throw tooShort(shop, horizonDays)
  return { cutoffs, period: { from, until, horizonDays, lostAfterDays: 2 * horizonDays } }
}

/** Throws `EBB_BACKTEST_SHORT` where a cut has no order before it, or no whole horizon behind. */
export const checkCut = (shop: ShopOrders, day: number, horizonDays: number): void => {
  const lastDay = dayOf(shop.until, shop.timeZone) - 1
  const firstDay = firstDayOf(shop)
  if (firstDay < day && day + horizonDays <= lastDay) return
  const [from, to] = [firstDay + 1, lastDay - horizonDays]
  throw new CodedError('EBB_BACKTEST_SHORT', {
    what: `The cut needs orders before it and ${horizonDays} days of data behind it; ${spanText(shop)}`,
    where: `--cut ${isoDay(day)}`,
    fix:
      from <= to
        ? `Cut from ${isoDay(from)} to ${isoDay(to)}, or give another --horizon`
        : 'Give orders of a longer time, or a shorter --horizon',
  })
}

/** A civil day as `2011-09-10`. */
export const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

const firstDayOf = ({ customers }: ShopOrders): number =>
  customers.reduce((first, [order]) => Math.min(first, order!.day), Number.POSITIVE_INFINITY)

/** First days of the months from that of one day to that of another. */
const monthsOf = (firstDay: number, lastDay: number): number[] => {
  const first = new Date(firstDay * DAY_MS)
  const days: number[] = []
  for (let month = first.getUTCMonth(); ; month += 1) {
    const day = Date.UTC(first.getUTCFullYear(), month, 1) / DAY_MS
    if (!(day <= lastDay)) return days
    days.push(day)
  }
}

const tooShort = (shop: ShopOrders, horizonDays: number): CodedError =>
  new CodedError('EBB_BACKTEST_SHORT', {
    what:
      `A month has to begin with ${horizonDays} days of orders before it and as many behind it; ` +
      spanText(shop),
    where: `--horizon ${horizonDays}`,
    fix: 'Give orders of a longer time, or a shorter --horizon',
  })

const spanText = (shop: ShopOrders): string =>
  shop.customers.length === 0
    ? 'there is no order at all'
    : `the data goes from ${isoDay(firstDayOf(shop))} to ${isoDay(dayOf(shop.until, shop.timeZone) - 1)}`
