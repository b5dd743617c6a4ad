import type { ModelFormulas, Population } from './model-formulas.ts'
import { type Minimum, nelderMead } from './nelder-mead.ts'
import type { PurchaseHistory } from './purchase-history.ts'
import { formulasOf, type ModelKind, type ParametersOf, type RiskModel } from './risk-model.ts'

/** Logarithms beyond this are no parameters but a search gone astray. */
const MAX_LOG_PARAMETER = 25
/** Of the searches that choose a start, and of the one that follows the best of them. */
const COARSE = 1e-2
const FINE = 1e-8
const MAX_EVALUATIONS = 4000

/** A fitted model and how well it fits. */
export interface Fit<K extends ModelKind = ModelKind> {
  readonly model: RiskModel<K>
  /** Sum over the histories, natural logarithm. */
  readonly logLikelihood: number
  /** False where the guard has fixed the dropout: to be said on the model card. */
  readonly dropoutIdentified: boolean
}

/**
 * Maximum likelihood by Nelder–Mead on the logarithms of the parameters, from several starts, the
 * best one refined; equal histories are evaluated once. Deterministic.
 *
 * Guard: where the fit runs to "nobody ever leaves", it would be blind to the silence of loyal
 * customers. Then dropout is fixed as the kind says (`bgNbd`, `mbgNbd`: (a, b) = (.5, 9.5);
 * `paretoNbd`: s = .5, 5 % an order), r and α alone are fitted, and `dropoutIdentified` is false.
 *
 * @param histories one per customer, times in weeks. Throws RangeError where there is none, or
 *   where all are of age 0.
 */
export function fitModel<K extends ModelKind>(
  kind: K,
  histories: readonly PurchaseHistory[],
): Fit<K> {
  const groups = groupEqual(histories)
  const population = populationOf(groups)
  const formulas: ModelFormulas<ParametersOf[K]> = formulasOf(kind)
  const free = maximise(formulas, groups, { starts: formulas.starts(population), fixed: {} })
  const fixed = formulas.guard(free.parameters, population)
  const best = fixed
    ? maximise(formulas, groups, { starts: formulas.starts(population), fixed })
    : free
  const model = { kind, parameters: best.parameters } as RiskModel<K>
  return { model, logLikelihood: best.logLikelihood, dropoutIdentified: fixed === undefined }
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

function populationOf(groups: readonly Group[]): Population {
  let weeks = 0
  let customers = 0
  let orders = 0
  for (const { history, weight } of groups) {
    weeks += weight * history.age
    customers += weight
    orders += weight * history.frequency
  }
  if (!(weeks > 0)) throw new RangeError('A fit needs at least one history of an age above 0.')
  // One more than seen: where nobody came back yet, that is no rate of 0.
  return { meanAge: weeks / customers, ordersPerWeek: (orders + 1) / weeks }
}

interface Task<P> {
  readonly starts: readonly P[]
  readonly fixed: Partial<P>
}

interface Maximum<P> {
  readonly parameters: P
  readonly logLikelihood: number
}

function maximise<P extends object>(
  { names, logLikelihood }: ModelFormulas<P>,
  groups: readonly Group[],
  { starts, fixed }: Task<P>,
): Maximum<P> {
  const free = names.filter((name) => !(name in fixed))
  const toParameters = (point: readonly number[]): P => ({
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
      free.map((name) => Math.log(Number(start[name]))),
      COARSE,
    ),
  )
  const best = minima.reduce((left, right) => (right.value < left.value ? right : left))
  // A fresh simplex around the best point leaves the flat valleys where an old one has collapsed.
  const refined = search(best.point, FINE)
  return { parameters: toParameters(refined.point), logLikelihood: -refined.value }
}
