import type { BetaGeometricParameters } from '@ebb/risk/models/beta-geometric'
import { gaussLegendre } from '@ebb/risk/models/gauss-legendre'
import { MS_PER_WEEK } from '@ebb/risk/models/order-rhythm'
import type { ParetoParameters } from '@ebb/risk/models/pareto-nbd'
import type { RiskModel } from '@ebb/risk/models/risk-model'
import type { Scoring } from '@ebb/risk/silence/tiers'

const DAYS_PER_WEEK = 7
/** e to a larger power would end the query; the risk is 1 or its least to all digits long before. */
const LARGEST_EXPONENT = 700
/** As in `paretoNbd`. */
const QUADRATURE = gaussLegendre(64)
const NEGLIGIBLE_LOG = 45

/** SQL of what a risk is made of, in weeks. */
interface Weeks {
  readonly recency: string
  readonly silence: string
  readonly horizon: string
}

/** SQL of both parts of the risk: P(alive), and P(some order in the horizon | alive). */
interface Parts {
  readonly alive: string
  readonly someOrder: string
}

/**
 * `riskAt` of `@ebb/risk` as an SQL expression over the columns of `customers`, so that the database
 * can sort all of them by their risk at an instant. A test holds the two together.
 *
 * @param now SQL of the instant, in ms.
 */
export const riskInSql = ({ model, policy }: Scoring, now: string): string => {
  const weeks = (from: string, until: string) =>
    `((${until} - ${from})::float8 / ${float(MS_PER_WEEK)})`
  const { alive, someOrder } = partsOf(model, {
    recency: weeks('first_at', 'last_at'),
    silence: weeks('last_at', `GREATEST(${now}, last_at)`),
    horizon: float(policy.horizonDays / DAYS_PER_WEEK),
  })
  return `(1 - ${alive} * ${someOrder})`
}

const partsOf = (model: RiskModel, weeks: Weeks): Parts => {
  switch (model.kind) {
    case 'mbg-nbd':
      return betaGeometric(model.parameters, weeks, 'repeat_days')
    case 'bg-nbd': {
      // Who ordered once cannot have left.
      const parts = betaGeometric(model.parameters, weeks, 'repeat_days - 1')
      return { ...parts, alive: `(CASE WHEN repeat_days = 0 THEN 1 ELSE ${parts.alive} END)` }
    }
    case 'pareto-nbd':
      return pareto(model.parameters, weeks)
  }
}

/** @param chances SQL of the chances to leave that were come through, less one. */
const betaGeometric = (
  { r, alpha, a, b }: BetaGeometricParameters,
  { recency, silence, horizon }: Weeks,
  chances: string,
): Parts => {
  const since = { shape: `(${float(r)} + repeat_days)`, rate: `(${float(alpha)} + ${recency})` }
  const odds = `(${float(a)} / (${float(b)} + ${chances}))`
  const gone = `ln(${odds}) - ${logNoEvent(since, silence)}`
  const now = { ...since, rate: `(${since.rate} + ${silence})` }
  return {
    alive: `(1 / (1 + ${exp(gone)}))`,
    someOrder: `(1 - ${exp(logNoEvent(now, horizon))})`,
  }
}

const pareto = (
  { r, alpha, s, beta }: ParetoParameters,
  { recency, silence, horizon }: Weeks,
): Parts => {
  const buying = { shape: `(${float(r)} + repeat_days)`, rate: `(${float(alpha)} + ${recency})` }
  const leaving = { shape: float(s), rate: `(${float(beta)} + ${recency})` }
  const neither = `(${logNoEvent(buying, silence)} + ${logNoEvent(leaving, silence)})`
  const odds = `${endsFirst([leaving, buying], silence)} * ${exp(`-${neither}`)}`
  const later = (wait: Wait) => ({ ...wait, rate: `(${wait.rate} + ${silence})` })
  return {
    alive: `(1 / (1 + ${odds}))`,
    someOrder: endsFirst([later(buying), later(leaving)], horizon),
  }
}

/** SQL of a wait that is Pareto of the second kind. */
interface Wait {
  readonly shape: string
  readonly rate: string
}

/** `endsFirst` of `paretoNbd`: P(the first wait ends within the span, and before the other). */
const endsFirst = ([first, other]: readonly [Wait, Wait], span: string): string => {
  const reach = ({ shape, rate }: Wait) =>
    `${rate} * (${exp(`${float(NEGLIGIBLE_LOG)} / ${shape}`)} - 1)`
  const near = `LEAST(${first.rate}, ${other.rate})`
  const end = `LEAST(${span}, ${reach(first)}, ${reach(other)})`
  const y = `(path.near * (exp(path.half * (1 + node.x)) - 1))`
  const neither = exp(`${logNoEvent(first, y)} + ${logNoEvent(other, y)}`)
  return `(SELECT ${first.shape} * path.half
      * sum(node.weight * ${neither} * (path.near + ${y}) / (${first.rate} + ${y}))
    FROM (SELECT ${near} AS near, ln(1 + ${end} / ${near}) / 2 AS half) AS path,
      unnest(${floats(QUADRATURE.nodes)}, ${floats(QUADRATURE.weights)}) AS node (x, weight)
    GROUP BY path.near, path.half)`
}

const logNoEvent = ({ shape, rate }: Wait, wait: string): string =>
  `(-${shape} * ln(1 + ${wait} / ${rate}))`

const exp = (power: string): string =>
  `exp(GREATEST(LEAST(${power}, ${LARGEST_EXPONENT}), ${-LARGEST_EXPONENT}))`

const float = (value: number): string => `(${value})::float8`

const floats = (values: Float64Array): string => `'{${[...values].join(',')}}'::float8[]`
