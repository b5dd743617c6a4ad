/** Relative widening of a bracket's upper end, against the rounding of closed forms. */
const BRACKET_SLACK = 1e-9

/**
 * The smallest double ≥ `from` at which a condition holds that, once it does, keeps to it; bisected
 * down to two neighbours. `bound` itself where the condition holds by there for certain.
 *
 * @param bound where the condition holds for certain; `Infinity` or NaN gives `Infinity`.
 */
export function firstReached(
  reached: (value: number) => boolean,
  from: number,
  bound: number,
): number {
  if (reached(from)) return from
  let below = from
  let above = from + (bound - from) * (1 + BRACKET_SLACK)
  // A bound that is no number, by parameters beyond all sense, is none: nothing would end the search.
  if (!(above < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY
  for (;;) {
    const middle = below + (above - below) / 2
    if (middle <= below || middle >= above) return above
    if (reached(middle)) above = middle
    else below = middle
  }
}
