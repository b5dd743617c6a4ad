import { type Judged, type OperatingPoint, operatingPoints } from './metrics.ts'

/** The share of the customers who would stay for an offer is not known: it is Beta(6, 14). */
const ALPHA = 6
const BETA = 14

/** What a campaign costs and saves, all in one currency. */
export interface CampaignCosts {
  /** Worth of a customer who is kept. */
  readonly lifetimeValue: number
  readonly offer: number
  readonly contact: number
}

/** Those of Verbraken et al. */
export const CAMPAIGN_COSTS: CampaignCosts = { lifetimeValue: 200, offer: 10, contact: 1 }

/** What the best campaign by these risks would bring. */
export interface MaximumProfit {
  /** Expected profit for each customer, told or not. */
  readonly profit: number
  /** Expected share of the customers to tell. */
  readonly share: number
}

/**
 * Expected maximum profit measure for customer churn, EMPC (Verbraken, Verbeke & Baesens 2013,
 * IEEE Transactions on Knowledge and Data Engineering 25): the profit of a retention campaign that
 * tells the customers of the highest risks, as many as is best, averaged over the acceptance rate
 * γ ~ Beta(6, 14):
 *
 *     ∫ max over F of CLV [(γ (1 − δ) − φ) π₀ F₀ − (δ + φ) π₁ F₁] h(γ) dγ
 *
 * with δ = offer / CLV, φ = contact / CLV, π₀ F₀ the share of all customers who are told rightly and
 * π₁ F₁ of those who are told wrongly. The best F lies on the convex hull of the ROC curve and
 * changes only at its slopes, so that the integral is a sum. NaN without both kinds of cases.
 */
export function expectedMaximumProfit(
  judged: readonly Judged[],
  { lifetimeValue, offer, contact }: CampaignCosts = CAMPAIGN_COSTS,
): MaximumProfit {
  const delta = offer / lifetimeValue
  const phi = contact / lifetimeValue
  const hull = convexHull(operatingPoints(judged))
  const { told, right } = hull.at(-1)!
  if (right === 0 || right === told) return { profit: Number.NaN, share: Number.NaN }
  // The acceptance rate from which on it pays to go to the next point of the hull.
  const rateTo = (before: OperatingPoint, after: OperatingPoint): number => {
    const rightly = after.right - before.right
    const wrongly = after.told - before.told - rightly
    const rate = (((delta + phi) * wrongly) / rightly + phi) / (1 - delta)
    return rightly === 0 ? 1 : Math.min(1, rate)
  }
  let profit = 0
  let share = 0
  for (const [i, point] of hull.entries()) {
    const from = i === 0 ? 0 : rateTo(hull[i - 1]!, point)
    const to = i === hull.length - 1 ? 1 : rateTo(point, hull[i + 1]!)
    const chance = betaCdf(to, ALPHA) - betaCdf(from, ALPHA)
    const meanRate = (ALPHA / (ALPHA + BETA)) * (betaCdf(to, ALPHA + 1) - betaCdf(from, ALPHA + 1))
    const rightly = point.right / told
    const wrongly = (point.told - point.right) / told
    profit += ((1 - delta) * meanRate - phi * chance) * rightly - (delta + phi) * chance * wrongly
    share += (chance * point.told) / told
  }
  return { profit: lifetimeValue * profit, share }
}

/** The points between which no other lies above the straight line. */
function convexHull(points: readonly OperatingPoint[]): OperatingPoint[] {
  const hull: OperatingPoint[] = []
  for (const point of points) {
    while (hull.length >= 2 && !isConvex(hull.at(-2)!, hull.at(-1)!, point)) hull.pop()
    hull.push(point)
  }
  return hull
}

/** Whether a step rises more steeply than the next. */
function isConvex(first: OperatingPoint, second: OperatingPoint, third: OperatingPoint): boolean {
  const before = (second.right - first.right) * (third.told - second.told)
  return before > (third.right - second.right) * (second.told - first.told)
}

/** Beta(alpha, 14) at x, by the binomial sum for whole numbers (DLMF 8.17.5). */
function betaCdf(x: number, alpha: number): number {
  const trials = alpha + BETA - 1
  let combinations = 1
  let below = 0
  for (let j = 0; j < alpha; j++) {
    below += combinations * x ** j * (1 - x) ** (trials - j)
    combinations *= (trials - j) / (j + 1)
  }
  return 1 - below
}
