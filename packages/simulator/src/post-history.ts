import { BATCH_EVENTS, type PostTarget, postBatch } from './post-events.ts'
import type { ShopEvent } from './shop-event.ts'
import type { ShopSpec } from './shop-spec.ts'
import { joinsAt } from './shopper.ts'
import { shopperTimeline } from './timeline.ts'

/** Whose past to post, and where. */
export type HistoryOptions = PostTarget & {
  shop: ShopSpec
  /** Ms since 1970; what is of this instant or later is left out. */
  until: number
}

/**
 * Posts the past of a shop, one shopper after the other: on a clock that stands at today, who has
 * but the first orders of a history looks silent. Repeats as `postEvents` does; resolves to the
 * number of events acknowledged, at an abort promptly.
 */
export const postHistory = async (options: HistoryOptions): Promise<number> => {
  let posted = 0
  let batch: ShopEvent[] = []
  for (const event of eventsByShopper(options)) {
    batch.push(event)
    if (batch.length < BATCH_EVENTS) continue
    if (!(await postBatch(options, batch))) return posted
    posted += batch.length
    batch = []
  }
  return (await postBatch(options, batch)) ? posted + batch.length : posted
}

function* eventsByShopper({ shop, until }: HistoryOptions): Generator<ShopEvent> {
  for (let shopper = 0; joinsAt(shop, shopper) < until; shopper++)
    for (const event of shopperTimeline(shop, shopper)) {
      if (Date.parse(event.timestamp) >= until) break
      yield event
    }
}
