import { dayOf, hourOf } from './calendar.ts'
import type { CustomerState } from './customer-state.ts'
import { grossMinor, isValid, type ValidOrder } from './order-fact.ts'

/**
 * What an order was in the life of its customer: the first, a repeated one, or a related one, which
 * shares an item or a category with an earlier one.
 */
export type PurchaseKind = 'first' | 'repeat' | 'related'

/** A valid order, and what it was. */
export interface Purchase {
  readonly orderId: string
  readonly placedAt: number
  readonly kind: PurchaseKind
}

/** All valid orders by (instant, id), each with its kind. */
export function purchases(state: CustomerState): readonly Purchase[] {
  const bought = new Set<number>()
  return inOrder(state).map(({ id, placed, basket }, index) => {
    const names = basket?.value ?? []
    const isRelated = names.some((name) => bought.has(name))
    for (const name of names) bought.add(name)
    const kind = index === 0 ? 'first' : isRelated ? 'related' : 'repeat'
    return { orderId: id, placedAt: placed.at, kind }
  })
}

/** Habits of a customer who ordered. */
export interface PurchaseHabits {
  /** Mean of the days from one order day to the next; null before the second. */
  readonly meanGapDays: number | null
  /** Standard deviation of those days (of the population); null before the third order day. */
  readonly gapSpreadDays: number | null
  /** Hour of the day in which most orders were placed, 0 to 23; of equals the latest one's. */
  readonly hour: number
  /** Day of the week, 1 Monday to 7 Sunday, likewise. */
  readonly weekday: number
  /** Minor units a piece, the middle half of the orders that say how many; null where none does. */
  readonly priceBand: { readonly fromMinor: number; readonly toMinor: number } | null
}

/** Habits, `undefined` without a valid order. Throws `EBB_CONFIG_TIME_ZONE` as `dayOf` does. */
export function purchaseHabits(state: CustomerState, timeZone: string): PurchaseHabits | undefined {
  const valid = inOrder(state)
  if (valid.length === 0) return undefined
  const instants = valid.map(({ placed }) => placed.at)
  const days = [...new Set(instants.map((at) => dayOf(at, timeZone)))]
  const gaps = days.slice(1).map((day, index) => day - days[index]!)
  return {
    meanGapDays: gaps.length === 0 ? null : mean(gaps),
    gapSpreadDays: gaps.length < 2 ? null : deviation(gaps),
    hour: mostCommon(instants.map((at) => hourOf(at, timeZone))),
    weekday: mostCommon(instants.map((at) => weekdayOf(dayOf(at, timeZone)))),
    priceBand: priceBand(valid),
  }
}

const inOrder = ({ orders }: CustomerState): readonly ValidOrder[] =>
  orders.filter(isValid).sort((a, b) => a.placed.at - b.placed.at || (a.id < b.id ? -1 : 1))

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length

const deviation = (numbers: readonly number[]): number => {
  const middle = mean(numbers)
  return Math.sqrt(mean(numbers.map((each) => (each - middle) ** 2)))
}

/** Of equally common numbers the one that came last. */
const mostCommon = (numbers: readonly number[]): number => {
  const counts = new Map<number, number>()
  let most = numbers[0]!
  for (const number of numbers) {
    const count = (counts.get(number) ?? 0) + 1
    counts.set(number, count)
    if (count >= (counts.get(most) ?? 0)) most = number
  }
  return most
}

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

const priceBand = (orders: readonly ValidOrder[]): PurchaseHabits['priceBand'] => {
  const prices = orders
    .filter(({ amount, units }) => amount !== undefined && (units?.value ?? 0) > 0)
    .map((order) => Math.round(grossMinor(order) / order.units!.value))
    .sort((a, b) => a - b)
  if (prices.length === 0) return null
  const at = (share: number): number => prices[Math.round(share * (prices.length - 1))]!
  return { fromMinor: at(0.25), toMinor: at(0.75) }
}
