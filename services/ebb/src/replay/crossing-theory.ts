/**
 * The first millisecond at which P(no order in the next 90 days) reaches a share ρ of the way from
 * the risk right after the last order to certainty, by bisection over whole milliseconds. Written
 * from the published MBG/NBD formula with the shipped priors alone, so that it shares nothing with
 * the code it judges.
 *
 * @param days Instants of the distinct days with an order, ascending, in ms.
 */
export const crossingByBisection = (days: readonly number[], share: number): number => {
  const [firstAt, lastAt] = [days[0]!, days.at(-1)!]
  const risk = (at: number) => riskOf(days.length - 1, (lastAt - firstAt) / WEEK_MS, at - firstAt)
  const base = risk(lastAt)
  const theta = base + share * (1 - base)
  let below = lastAt
  let above = lastAt + 2_000 * WEEK_MS
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    if (risk(middle) >= theta) above = middle
    else below = middle
  }
  return above
}

const WEEK_MS = 604_800_000
const HORIZON_WEEKS = 90 / 7
const PRIORS = { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 }

/** 1 − P(alive) · (1 − q), with x repeat days, the last t_x weeks after the first, now at `age`. */
const riskOf = (x: number, recency: number, ageMs: number): number => {
  const { r, alpha, a, b } = PRIORS
  const age = ageMs / WEEK_MS
  const alive = 1 / (1 + (a / (b + x)) * ((alpha + age) / (alpha + recency)) ** (r + x))
  const q = ((alpha + age) / (alpha + age + HORIZON_WEEKS)) ** (r + x)
  return 1 - alive * (1 - q)
}
