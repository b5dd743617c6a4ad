import { aftermathOf } from './aftermath.ts'
import { createHeap } from './event-heap.ts'
import { DAY_MS, habitualInstant } from './habit.ts'
import { type Purchase, purchasesOf } from './purchase-history.ts'
import { exponential } from './seeded-random.ts'
import { eventWriter, type Moment, type ShopEvent } from './shop-event.ts'
import type { ShopSpec } from './shop-spec.ts'
import { joinsAt, type Shopper, shopperOf } from './shopper.ts'
import {
  basketFor,
  browsingVisit,
  orderingVisit,
  purchaseContext,
  type VisitContext,
} from './visit.ts'

/**
 * All events of one shopper in order of time, generated as they are asked for: visits, orders and
 * what follows them, up to the moment the shopper leaves for good.
 */
export function* shopperTimeline(shop: ShopSpec, shopperIndex: number): Generator<ShopEvent> {
  const shopper = shopperOf(shop, shopperIndex)
  const write = eventWriter(shop, shopper)
  let pending = firstVisit(shop, shopper)
  for (const purchase of purchasesOf(shop, shopper)) {
    pending = [...pending, ...momentsAround({ shop, shopper, purchase })]
    // The next one last: what has passed is let go, years before a slow shopper's next order.
    pending.sort((left, right) => left.at - right.at).reverse()
    // All that later orders bring lies behind this one, or behind the silence that follows it.
    const complete = purchase.silence === undefined ? purchase.at : Number.POSITIVE_INFINITY
    while (pending.length > 0 && pending.at(-1)!.at <= complete) yield write(pending.pop()!)
    pending.reverse()
  }
}

const firstVisit = (shop: ShopSpec, shopper: Shopper): Moment[] =>
  browsingVisit({ shop, shopper, random: shopper.random.fork('first visit') }, shopper.joinsAt)

type Stretch = { shop: ShopSpec; shopper: Shopper; purchase: Purchase }

const momentsAround = ({ shop, shopper, purchase }: Stretch): Moment[] => {
  const visit = purchaseContext(shop, shopper, purchase)
  const basket = basketFor(visit)
  const { at, browsingFrom, silence } = purchase
  return [
    ...visitsBetween(visit, browsingFrom, at),
    ...orderingVisit(visit, purchase, basket),
    ...aftermathOf(visit, { purchase, basket }),
    ...(silence ? visitsBetween(visit, at, silence.from) : []),
  ]
}

/** At most one a day, none on the days of the bounds, which have visits of their own. */
const visitsBetween = (visit: VisitContext, start: number, end: number): Moment[] => {
  const { shopper, random } = visit
  const lastMidnight = Math.floor(end / DAY_MS) * DAY_MS
  const nextAfter = (instant: number) => {
    const gapDays = Math.max(1, exponential(random, 1 / shopper.visitsPerDay))
    return habitualInstant(shopper.habit, random, instant + gapDays * DAY_MS)
  }
  const moments: Moment[] = []
  for (let at = nextAfter(start); at < lastMidnight; at = nextAfter(at)) {
    moments.push(...browsingVisit(visit, at))
  }
  return moments
}

/** A stretch of the shop's life, ms since 1970: `from` included, `until` not; open by default. */
export type Interval = { from: number; until?: number }

type Lane = { at: number; shopper: number; event: ShopEvent; rest: Iterator<ShopEvent> }

/**
 * All events of the shop in the interval, in order of (timestamp, shopper), endless without
 * `until`. A function of `shop`: what was yielded from an earlier `from` is yielded again. Starting
 * late costs as much as generating all that came before.
 */
export function* shopTimeline(shop: ShopSpec, interval: Interval): Generator<ShopEvent> {
  const { from, until = Number.POSITIVE_INFINITY } = interval
  const lanes = createHeap<Lane>(earlier)
  const enter = (lane: Lane | undefined) => lane && lanes.push(lane)
  for (let arrivals = 0; ; ) {
    while (joinsAt(shop, arrivals) <= (lanes.peek()?.at ?? Number.POSITIVE_INFINITY)) {
      if (joinsAt(shop, arrivals) >= until) break
      enter(openLane(shop, arrivals++, from))
    }
    const lane = lanes.pop()
    if (lane === undefined || lane.at >= until) return
    yield lane.event
    enter(laneAt(lane.shopper, lane.rest, from))
  }
}

const earlier = (left: Lane, right: Lane): boolean =>
  left.at < right.at || (left.at === right.at && left.shopper < right.shopper)

const openLane = (shop: ShopSpec, shopper: number, from: number): Lane | undefined =>
  laneAt(shopper, shopperTimeline(shop, shopper), from)

const laneAt = (shopper: number, rest: Iterator<ShopEvent>, from: number): Lane | undefined => {
  for (let next = rest.next(); !next.done; next = rest.next()) {
    const at = Date.parse(next.value.timestamp)
    if (at >= from) return { at, shopper, event: next.value, rest }
  }
  return undefined
}
