import type { RecentEvent } from './customer-state.ts'

/** How many events a state remembers by name. */
const RECENT_LIMIT = 10

/**
 * The greatest ten by (instant, name) of those given and one more, ascending. The name decides
 * between equal instants, so that the outcome does not depend on the order of arrival.
 */
export function withRecent(
  recent: readonly RecentEvent[],
  event: RecentEvent,
): readonly RecentEvent[] {
  let index = recent.length
  while (index > 0 && isLater(recent[index - 1] as RecentEvent, event)) index--
  if (recent.length < RECENT_LIMIT) return recent.toSpliced(index, 0, event)
  return index === 0 ? recent : [...recent.slice(1, index), event, ...recent.slice(index)]
}

const isLater = (a: RecentEvent, b: RecentEvent): boolean =>
  a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.name > b.name)
