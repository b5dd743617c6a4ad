import type { BetaGeometricParameters, PurchaseHistory } from './beta-geometric.ts'
import { type Minimum, nelderMead } from './nelder-mead.ts'
import { formulasOf, type RiskModel } from './risk-model.ts'

/** Dropout where none can be identified: (a, b) with a mean of 5 % an order. */
const GUARDED_DROPOUT = { a: 0.5, b: 9.5 }
/** Below this mean dropout, or above this b, a fit has run to its boundary. */
const MIN_MEAN_DROPOUT = 1e-3
const MAX_B = 1e4

/** Logarithms beyond this are no parameters but a search gone astray. */
const MAX_LOG_PARAMETER = 25
/** Of the searches that choose a start, and of the one that follows the best of them. */
const COARSE = 1e-2
const FINE = 1e-8
const MAX_EVALUATIONS = 4000

/** Starts of the search, alpha as a share of the mean age. */
const STARTS: readonly BetaGeometricParameters[] = [
  { r: 0.5, alpha: 0.2, a: 0.5, b: 2 },
  { r: 1, alpha: 1, a: 1, b: 10 },
  { r: 0.2, alpha: 0.05, a: 1, b: 1 },
]

/** A fitted model and how well it fits. */
export interface Fit {
  readonly model: RiskModel
  /** Sum over the histories, natural logarithm. */
  readonly logLikelihood: number
  /** False where the guard has fixed (a, b): to be said on the model card. */
  readonly dropoutIdentified: boolean
}

/**
 * Maximum likelihood by Nelder–Mead on the logarithms of the parameters, from several starts, the
 * best one refined; equal histories are evaluated once. Deterministic.
 *
 * Guard: where the fit runs to "nobody ever leaves" (a / (a + b) < 1e-3 or b > 1e4), it would be
 * blind to the silence of loyal customers. Then (a, b) = (.5, 9.5), r and α alone are fitted, and
 * `dropoutIdentified` is false.
 *
 * @param histories one per customer, times in weeks. Throws RangeError where there is none, or
 *   where all are of age 0.
 */
export function fitModel(kind: RiskModel['kind'], histories: readonly PurchaseHistory[]): Fit {
  const groups = groupEqual(histories)
  const meanAge = weightedMeanAge(groups)
  if (!(meanAge > 0)) throw new RangeError('A fit needs at least one history of an age above 0.')
  const scale = (start: BetaGeometricParameters) => ({ ...start, alpha: start.alpha * meanAge })
  const starts = STARTS.map(scale)

  const free = maximise(kind, groups, { starts, fixed: {} })
  const { a, b } = free.model.parameters
  if (a / (a + b) >= MIN_MEAN_DROPOUT && b <= MAX_B) return { ...free, dropoutIdentified: true }
  const guarded = maximise(kind, groups, { starts, fixed: GUARDED_DROPOUT })
  return { ...guarded, dropoutIdentified: false }
}

interface Group {
  readonly history: PurchaseHistory
  weight: number
}

function groupEqual(histories: readonly PurchaseHistory[]): Group[] {
  const groups = new Map<string, Group>()
  for (const history of histories) {
    const key = `${history.frequency} ${history.recency} ${history.age}`
    const group = groups.get(key)
    if (group) group.weight += 1
    else groups.set(key, { history, weight: 1 })
  }
  return [...groups.values()]
}

function weightedMeanAge(groups: readonly Group[]): number {
  let weeks = 0
  let customers = 0
  for (const { history, weight } of groups) {
    weeks += weight * history.age
    customers += weight
  }
  return weeks / customers
}

interface Task {
  readonly starts: readonly BetaGeometricParameters[]
  readonly fixed: Partial<BetaGeometricParameters>
}

function maximise(kind: RiskModel['kind'], groups: readonly Group[], { starts, fixed }: Task) {
  const { logLikelihood } = formulasOf(kind)
  const free = (['r', 'alpha', 'a', 'b'] as const).filter((name) => !(name in fixed))
  const toParameters = (point: readonly number[]): BetaGeometricParameters => ({
    ...starts[0]!,
    ...fixed,
    ...Object.fromEntries(free.map((name, i) => [name, Math.exp(point[i]!)])),
  })
  const loss = (point: readonly number[]): number => {
    if (point.some((value) => Math.abs(value) > MAX_LOG_PARAMETER)) return Number.POSITIVE_INFINITY
    const parameters = toParameters(point)
    let sum = 0
    for (const { history, weight } of groups) sum -= weight * logLikelihood(parameters, history)
    return sum
  }

  const search = (start: readonly number[], tolerance: number): Minimum =>
    nelderMead(loss, { start, step: 0.5, tolerance, maxEvaluations: MAX_EVALUATIONS })
  const minima = starts.map((start) =>
    search(
      free.map((name) => Math.log(start[name])),
      COARSE,
    ),
  )
  const best = minima.reduce((left, right) => (right.value < left.value ? right : left))
  // A fresh simplex around the best point leaves the flat valleys where an old one has collapsed.
  const refined = search(best.point, FINE)
  const model: RiskModel = { kind, parameters: toParameters(refined.point) }
  return { model, logLikelihood: -refined.value }
}
