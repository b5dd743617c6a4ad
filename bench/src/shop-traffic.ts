import { demoShop } from '@ebb/simulator/demo-shop'
import { type SeededRandom, seededRandom } from '@ebb/simulator/seeded-random'
import type { ShopEvent } from '@ebb/simulator/shop-event'
import { shopperTimeline } from '@ebb/simulator/timeline'

/** How events fall on customers: all alike, or the k-th in proportion to k^-1.1. */
export type Popularity = 'uniform' | 'Zipf 1.1'

/** Who sends events. */
export interface TrafficSettings {
  /** Stands in the ids of events and orders, and seeds the draw; customers are the same in all. */
  readonly name: string
  readonly customers: number
  readonly popularity: Popularity
  /** Everybody is somewhere in their life already, and not at its beginning. */
  readonly isUnderWay?: boolean
}

/** One event as a storefront sends it. */
export type TrafficEvent = Readonly<Record<string, unknown>>

/**
 * Clickstream and orders of a shop. Each call draws a customer, all of them known by a user id, and
 * gives the next event in their life at that instant (ms since the epoch). Lives are those of the
 * simulator's shoppers, begun again with other order ids when they are over.
 */
export const shopTraffic = ({
  name,
  customers,
  popularity,
  isUnderWay = false,
}: TrafficSettings): ((at: number) => TrafficEvent) => {
  const draw = drawer(customers, popularity, seededRandom(`traffic ${name}`))
  const { uniform } = seededRandom(`under way ${name}`)
  const passed = Array.from({ length: customers }, () =>
    isUnderWay ? Math.floor(uniform() * LONGEST_LIFE) : 0,
  )
  let sent = 0
  return (at) => {
    const customer = draw()
    const life = lifeOf(customer % LIVES)
    const index = passed[customer]!++
    const lap = Math.floor(index / life.length)
    return {
      ...renamed(life[index % life.length]!, `${name}-${customer}-${lap}`),
      messageId: `${name}-${sent++}`,
      userId: shopperId(customer),
      timestamp: new Date(at).toISOString(),
    }
  }
}

/** The user id of a customer of the traffic, who is a number. */
export const shopperId = (customer: number): string => `shopper-${customer}`

const LIVES = 200
const LONGEST_LIFE = 300
const shop = demoShop(0)
const lives = new Map<number, readonly ShopEvent[]>()

const lifeOf = (shopper: number): readonly ShopEvent[] => {
  const known = lives.get(shopper)
  if (known !== undefined) return known
  const life = shopperTimeline(shop, shopper).take(LONGEST_LIFE).toArray()
  lives.set(shopper, life)
  return life
}

/** What a browser adds to every event. */
const BROWSER = {
  library: { name: 'analytics.js', version: '2.11.1' },
  locale: 'en-US',
  page: { path: '/shop', url: 'https://shop.example/shop' },
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}

const renamed = (
  { anonymousId: _, userId: __, properties, context, ...rest }: ShopEvent,
  suffix: string,
): TrafficEvent => {
  const orderId = properties?.['order_id']
  const named =
    orderId === undefined ? properties : { ...properties, order_id: `${orderId}-${suffix}` }
  return { ...rest, ...(named && { properties: named }), context: { ...BROWSER, ...context } }
}

const ZIPF_EXPONENT = 1.1

const drawer = (
  customers: number,
  popularity: Popularity,
  { uniform }: SeededRandom,
): (() => number) => {
  if (popularity === 'uniform') return () => Math.floor(uniform() * customers)
  let total = 0
  const reached = Array.from({ length: customers }, (_, rank) => {
    total += (rank + 1) ** -ZIPF_EXPONENT
    return total
  })
  return () => firstAbove(reached, uniform() * total)
}

/** Index of the first of ascending numbers that is greater; there is one. */
const firstAbove = (ascending: readonly number[], than: number): number => {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! > than) high = middle
    else low = middle + 1
  }
  return low
}
