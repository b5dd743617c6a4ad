import { truthOf } from '@ebb/simulator/purchase-history'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { joinsAt } from '@ebb/simulator/shopper'
import { shopperTimeline } from '@ebb/simulator/timeline'
import { retentioneeringRows } from '../replay/retentioneering.ts'

/** A time in which somebody had left, ms since the epoch. */
export interface Absence {
  readonly from: number
  /** `Infinity` for good. */
  readonly until: number
}

/** What somebody did in a shop, ms since the epoch, ascending. */
export interface Visitor {
  readonly orders: readonly number[]
  /** An event of each visit at least; those of the orders are among them. */
  readonly visits: readonly number[]
  /** What is true of them; empty where nobody knows. */
  readonly absences: readonly Absence[]
}

/** The shoppers of a simulated shop until an instant; every visit begins with the home page. */
export const simulatedVisitors = (shop: ShopSpec, until: number): Visitor[] => {
  const visitors: Visitor[] = []
  for (let index = 0; joinsAt(shop, index) < until; index++) {
    const orders: number[] = []
    const visits: number[] = []
    for (const { timestamp, event, name } of shopperTimeline(shop, index)) {
      const at = Date.parse(timestamp)
      if (at >= until) break
      if (event === 'Order Completed') orders.push(at)
      if (name === 'Home' || event === 'Order Completed') visits.push(at)
    }
    const absences = truthOf(shop, index).map(({ from, returnsAt = Number.POSITIVE_INFINITY }) => {
      return { from, until: returnsAt }
    })
    visitors.push({ orders, visits, absences })
  }
  return visitors
}

/** The users of the clickstream of retentioneering-tools; nobody knows who of them had left. */
export const clickstreamVisitors = (): Visitor[] => {
  const events = retentioneeringRows().map(({ occurredAt, item }) => {
    return { at: occurredAt, ...(item as { userId: string; event: string }) }
  })
  events.sort((left, right) => left.at - right.at)
  return [...Map.groupBy(events, ({ userId }) => userId).values()].map((own) => ({
    orders: own.filter(({ event }) => event === 'Order Completed').map(({ at }) => at),
    visits: own.map(({ at }) => at),
    absences: [],
  }))
}
