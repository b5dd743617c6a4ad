import type { AlertView } from '@ebb/contracts/dashboard-api'

/** So many stand in the feed. */
export const FEED_LENGTH = 60

/** The feed with news in it: each alert once, the latest first, the oldest dropped. */
export const withNews = (
  feed: readonly AlertView[],
  news: readonly AlertView[],
): readonly AlertView[] => {
  const known = new Set<string>()
  const isNew = ({ alertId }: AlertView): boolean => !known.has(alertId) && !!known.add(alertId)
  return [...news.toReversed(), ...feed]
    .filter(isNew)
    .sort((a, b) => Date.parse(b.raisedAt) - Date.parse(a.raisedAt))
    .slice(0, FEED_LENGTH)
}

/** Those of the feed that were not in it before. */
export const newIn = (
  feed: readonly AlertView[],
  before: readonly AlertView[],
): readonly AlertView[] => {
  const known = new Set(before.map(({ alertId }) => alertId))
  return feed.filter(({ alertId }) => !known.has(alertId))
}
