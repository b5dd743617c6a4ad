/** Added to every group, so that an empty one gives no logarithm of zero. */
const HALF_A_CASE = 0.5

/**
 * Population stability index: Σ (q − p) ln(q / p) over groups of scores, with p and q the shares
 * of the cases in each group before and now (Siddiqi 2006, Credit Risk Scorecards). 0 where the
 * shares are equal; by custom less than .1 is no drift, and more than .25 is a great one.
 *
 * Takes counts, not scores, so that sums over a long time can be compared: the groups must be the
 * same in both, for example ten of equal size in what was expected. Half a case is added to each
 * group. NaN where a side has no case at all.
 *
 * @param expected cases in each group, ≥ 0. Throws RangeError where the two have not as many groups.
 */
export function populationStability(
  expected: readonly number[],
  actual: readonly number[],
): number {
  if (expected.length !== actual.length)
    throw new RangeError(`${expected.length} groups cannot be compared with ${actual.length}.`)
  const before = shares(expected)
  const now = shares(actual)
  return before.reduce((sum, p, group) => sum + (now[group]! - p) * Math.log(now[group]! / p), 0)
}

function shares(counts: readonly number[]): number[] {
  const cases = counts.reduce((sum, count) => sum + count, 0)
  if (cases === 0) return counts.map(() => Number.NaN)
  const total = cases + HALF_A_CASE * counts.length
  return counts.map((count) => (count + HALF_A_CASE) / total)
}
