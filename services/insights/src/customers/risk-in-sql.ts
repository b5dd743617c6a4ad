import { MS_PER_WEEK } from '@ebb/risk/order-rhythm'
import type { RiskModel } from '@ebb/risk/risk-model'
import type { Scoring } from '@ebb/risk/tiers'

const DAYS_PER_WEEK = 7
/** e to a larger power would end the query; the risk is 1 or its least to all digits long before. */
const LARGEST_EXPONENT = 700

/** Odds to have left right at the last order, as the formulas of `@ebb/risk` give them. */
const ODDS: { readonly [kind in RiskModel['kind']]: (a: number, b: number) => string } = {
  'mbg-nbd': (a, b) => `(${float(a)} / (${float(b)} + repeat_days))`,
  'bg-nbd': (a, b) => `(${float(a)} / (${float(b)} + repeat_days - 1))`,
}

/**
 * `riskAt` of `@ebb/risk` as an SQL expression over the columns of `customers`, so that the database
 * can sort all of them by their risk at an instant. A test holds the two together.
 *
 * @param now SQL of the instant, in ms.
 */
export const riskInSql = ({ model, policy }: Scoring, now: string): string => {
  const { r, alpha, a, b } = model.parameters
  const weeks = (from: string, until: string) =>
    `((${until} - ${from})::float8 / ${float(MS_PER_WEEK)})`
  const recency = weeks('first_at', 'last_at')
  const silence = weeks('last_at', `GREATEST(${now}, last_at)`)
  const exponent = `(${float(r)} + repeat_days)`
  const horizon = float(policy.horizonDays / DAYS_PER_WEEK)
  const growth = `${exponent} * ln(1 + ${silence} / (${float(alpha)} + ${recency}))`
  const gone = `ln(${ODDS[model.kind](a, b)}) + ${growth}`
  const alive = `(1 / (1 + exp(LEAST(${gone}, ${LARGEST_EXPONENT}))))`
  const decay = `${exponent} * ln(1 + ${horizon} / (${float(alpha)} + ${recency} + ${silence}))`
  const risk = `1 - ${aliveOf(model, alive)} * (1 - exp(-LEAST(${decay}, ${LARGEST_EXPONENT})))`
  return `(${risk})`
}

/** BG/NBD: who ordered once cannot have left. */
const aliveOf = ({ kind }: RiskModel, alive: string): string =>
  kind === 'bg-nbd' ? `(CASE WHEN repeat_days = 0 THEN 1 ELSE ${alive} END)` : alive

const float = (value: number): string => `(${value})::float8`
