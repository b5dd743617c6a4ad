import type { BetaGeometricParameters } from './beta-geometric.ts'
import { bgNbd } from './bg-nbd.ts'
import { mbgNbd } from './mbg-nbd.ts'
import type { ModelFormulas } from './model-formulas.ts'
import { type ParetoParameters, paretoNbd } from './pareto-nbd.ts'
import type { PurchaseHistory } from './purchase-history.ts'

/** Parameters by kind of model. */
export interface ParametersOf {
  readonly 'bg-nbd': BetaGeometricParameters
  readonly 'mbg-nbd': BetaGeometricParameters
  readonly 'pareto-nbd': ParetoParameters
}

/** A kind of model. */
export type ModelKind = keyof ParametersOf

/**
 * A model that a shop's risk is computed with: plain data, fit for a message or a file. Every
 * function that takes one asks `formulasOf` its kind; a further kind joins in this file alone.
 */
export type RiskModel<K extends ModelKind = ModelKind> = {
  readonly [Kind in K]: { readonly kind: Kind; readonly parameters: ParametersOf[Kind] }
}[K]

const FORMULAS: { readonly [K in ModelKind]: ModelFormulas<ParametersOf[K]> } = {
  'bg-nbd': bgNbd,
  'mbg-nbd': mbgNbd,
  'pareto-nbd': paretoNbd,
}

/** The formulas of a model's kind. */
export function formulasOf<K extends ModelKind>(kind: K): ModelFormulas<ParametersOf[K]> {
  return FORMULAS[kind]
}

/**
 * P(the customer has not left by T), 1 / (1 + odds gone): see `mbgNbd`, `bgNbd` and `paretoNbd`.
 * Never rises while T grows in silence.
 */
export function probabilityAlive(model: RiskModel, history: PurchaseHistory): number {
  return 1 / (1 + Math.exp(formulasOf(model.kind).logOddsGone(model.parameters, history)))
}

/**
 * The risk: P(no order in (T, T + H]) = 1 − P(alive) · P(some order in H | alive). Never falls
 * while T grows in silence: each customer's chance of an order falls with the chance that they are
 * there, and the longer the silence, the more likely one who buys seldom. Not 1 − P(alive): where
 * nobody leaves that is 0 for all.
 *
 * @param horizonWeeks H > 0, in weeks like the history.
 */
export function probabilityOfNoOrder(
  model: RiskModel,
  history: PurchaseHistory,
  horizonWeeks: number,
): number {
  const someOrder = formulasOf(model.kind).chanceOfOrder(model.parameters, history, horizonWeeks)
  return 1 - probabilityAlive(model, history) * someOrder
}

/**
 * Conditional expectation: orders to be expected in (T, T + t], P(alive) · E(orders | alive). For
 * x = t_x = T = 0 it is E[X(t)], repeat orders in the first t weeks of a new customer.
 *
 * @param weeks t ≥ 0, in weeks like the history; BG/NBD and MBG/NBD take time in proportion to the
 *   orders that it may bring.
 */
export function expectedOrders(model: RiskModel, history: PurchaseHistory, weeks: number): number {
  const ifAlive = formulasOf(model.kind).ordersIfAlive(model.parameters, history, weeks)
  return probabilityAlive(model, history) * ifAlive
}
