import { type SeededRandom, seededRandom } from '@ebb/simulator/seeded-random'
import type { StorefrontEvent } from './ledger.ts'

/** What traffic a shop has. */
export interface TrafficSettings {
  /** The same seed and `now` give the same traffic. */
  readonly seed: string
  /** The wall clock, ms: histories end before it. */
  readonly now: number
  /** Customers whose histories come mixed with each other. */
  readonly atOnce?: number
}

/** Traffic that goes on for as long as somebody takes from it. */
export interface ShopTraffic {
  /** The next events, copies of earlier ones among them. */
  take(count: number): StorefrontEvent[]
  /** Customers whose whole history was taken. */
  customers(): readonly string[]
}

const DAY_MS = 86_400_000
const AT_ONCE = 60
/** Of the events, how many come a second time. */
const COPIED_SHARE = 0.2
/** A copy comes after at most so many other events. */
const LONGEST_DELAY = 3_000
/** Below the 24 months that live events may be old. */
const OLDEST_DAYS = 690

/**
 * Backdated histories, customer by customer: two to five orders in a rhythm of one to six weeks,
 * each after a look at a product. Three quarters ordered last so long ago that the silence since
 * crosses at least one tier at the next tick. Every event has an id; a fifth come twice, with the
 * same id, at once or much later.
 */
export const shopTraffic = ({ seed, now, atOnce = AT_ONCE }: TrafficSettings): ShopTraffic => {
  const random = seededRandom(seed)
  const finished: string[] = []
  const copies = new Map<number, StorefrontEvent[]>()
  let customers = 0
  let taken = 0
  const newHistory = (): StorefrontEvent[] => {
    const userId = `${seed}-${customers}`
    customers += 1
    return customerHistory(userId, now, random.fork(userId)).reverse()
  }
  const open = Array.from({ length: atOnce }, newHistory)

  const nextNew = (): StorefrontEvent => {
    const lane = Math.floor(random.uniform() * atOnce)
    const event = open[lane]!.pop()!
    if (open[lane]!.length === 0) {
      finished.push(event.userId)
      open[lane] = newHistory()
    }
    return event
  }
  const next = (): StorefrontEvent => {
    taken += 1
    const copy = copies.get(taken)?.pop()
    if (copy !== undefined) return copy
    const event = nextNew()
    if (random.uniform() < COPIED_SHARE) copyLater(event)
    return event
  }
  const copyLater = (event: StorefrontEvent): void => {
    // A place of its own, so that no copy is left behind.
    let at = taken + 1 + Math.floor(random.uniform() ** 3 * LONGEST_DELAY)
    while (copies.has(at)) at += 1
    copies.set(at, [event])
  }
  return {
    take: (count) => Array.from({ length: count }, next),
    customers: () => finished,
  }
}

const customerHistory = (userId: string, now: number, random: SeededRandom): StorefrontEvent[] => {
  const between = (from: number, to: number): number => from + random.uniform() * (to - from)
  const orders = Math.floor(between(2, 6))
  const rhythmDays = between(7, 42)
  const silentDays = random.uniform() < 0.75 ? between(200, 400) : between(1, 20)
  return Array.from({ length: orders }, (_, i) => {
    const daysAgo = silentDays + (orders - 1 - i) * rhythmDays * between(0.9, 1.1)
    const at = now - Math.min(daysAgo, OLDEST_DAYS) * DAY_MS
    const view = productView(`${userId}-v${i}`, userId, at - between(1, 30) * 60_000)
    return [
      view,
      order({ id: `${userId}-o${i}`, userId, at, cents: Math.floor(between(500, 20_000)) }),
    ]
  }).flat()
}

const productView = (messageId: string, userId: string, at: number): StorefrontEvent => ({
  messageId,
  event: 'Product Viewed',
  userId,
  timestamp: new Date(at).toISOString(),
  properties: { product_id: `p-${messageId.length}` },
})

/** An order as a storefront tells it. */
export const order = (of: {
  readonly id: string
  readonly userId: string
  readonly at: number
  readonly cents: number
}): StorefrontEvent => ({
  messageId: `m-${of.id}`,
  event: 'Order Completed',
  userId: of.userId,
  timestamp: new Date(of.at).toISOString(),
  properties: { order_id: of.id, total: (of.cents / 100).toFixed(2) },
})

/**
 * Looks at products, now, by the same few customers in turn, for as long as somebody takes them.
 */
export const regularTraffic = (name: string, customers: number) => {
  let taken = 0
  const next = (): StorefrontEvent => {
    const userId = `${name}-${taken % customers}`
    taken += 1
    return productView(`${name}-v${taken}`, userId, Date.now())
  }
  return (count: number): StorefrontEvent[] => Array.from({ length: count }, next)
}

/** A fresh order of each of these customers: those who were silent have come back. */
export const returningOrders = (customers: readonly string[], now: number): StorefrontEvent[] =>
  customers.map((userId) => order({ id: `${userId}-back`, userId, at: now, cents: 4_200 }))
