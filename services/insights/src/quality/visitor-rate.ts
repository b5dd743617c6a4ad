/** The latest minute in which a visitor looked around, and the views in it so far. */
export interface VisitorMinute {
  /** Minutes since 1970-01-01, by when it happened. */
  readonly minute: number
  readonly views: number
}

/**
 * More views than this within a minute are no person's: a page every two seconds. A judgement; the
 * busiest of 18,246 minutes of the clickstream that the tests read has 5.
 */
export const MOST_VIEWS_A_MINUTE = 30

/** One more view, and how many of them turn out to be too fast with it: none, one, or all so far. */
interface RatedView {
  readonly after: VisitorMinute
  readonly fast: number
}

/** One view in the order of the log. What belongs to an earlier minute is not rated. */
export const rateView = (before: VisitorMinute | undefined, occurredAt: number): RatedView => {
  const minute = Math.floor(occurredAt / 60_000)
  if (before !== undefined && minute < before.minute) return { after: before, fast: 0 }
  const views = before?.minute === minute ? before.views + 1 : 1
  const isTurn = views === MOST_VIEWS_A_MINUTE + 1
  const fast = isTurn ? views : Number(views > MOST_VIEWS_A_MINUTE)
  return { after: { minute, views }, fast }
}
