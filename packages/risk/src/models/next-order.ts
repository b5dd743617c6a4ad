import { firstReached } from './bisection.ts'
import { historyAt, MS_PER_WEEK, type OrderRhythm } from './order-rhythm.ts'
import { formulasOf, probabilityAlive, type RiskModel } from './risk-model.ts'

/** The last instant that ECMAScript can date. */
const LAST_INSTANT = 8.64e15

/**
 * When the next order is to be expected, seen from now: the median of its instant if the customer
 * has not left, P(some order until then | alive) = ½, rounded up to the millisecond. For BG/NBD and
 * MBG/NBD that is (α+T) (2^(1/(r+x)) − 1) weeks from now. In silence it moves on.
 *
 * `undefined` where none is expected: the customer has left more likely than not (P(alive) < ½), or
 * (Pareto/NBD) is more likely to leave than to order, or there is no such date.
 *
 * @param now ms since the epoch.
 */
export function nextOrderAt(
  model: RiskModel,
  rhythm: OrderRhythm,
  now: number,
): number | undefined {
  const { kind, parameters } = model
  const history = historyAt(rhythm, now)
  if (probabilityAlive(model, history) < 0.5) return undefined
  const from = Math.max(now, rhythm.lastAt)
  const latest = (LAST_INSTANT - from) / MS_PER_WEEK
  const isLikely = (weeks: number) =>
    formulasOf(kind).chanceOfOrder(parameters, history, weeks) >= 0.5
  let bound = 1
  while (!isLikely(bound)) {
    if (bound >= latest) return undefined
    bound *= 2
  }
  const at = from + Math.ceil(firstReached(isLikely, 0, bound) * MS_PER_WEEK)
  return at > LAST_INSTANT ? undefined : at
}
