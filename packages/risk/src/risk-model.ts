import type {
  BetaGeometricModel,
  BetaGeometricParameters,
  PurchaseHistory,
} from './beta-geometric.ts'
import { bgNbd } from './bg-nbd.ts'
import { mbgNbd } from './mbg-nbd.ts'

/**
 * A model that a shop's risk is computed with: plain data, fit for a message or a file. Every
 * function that takes one looks the formulas up by `kind`, so a further kind joins here, in
 * `probabilityAlive`, `probabilityOfNoOrder` and in crossing.ts.
 */
export interface RiskModel {
  readonly kind: 'bg-nbd' | 'mbg-nbd'
  readonly parameters: BetaGeometricParameters
}

const FORMULAS: Readonly<Record<RiskModel['kind'], BetaGeometricModel>> = {
  'bg-nbd': bgNbd,
  'mbg-nbd': mbgNbd,
}

/** The formulas of a model's kind. */
export function formulasOf(kind: RiskModel['kind']): BetaGeometricModel {
  return FORMULAS[kind]
}

/**
 * P(the customer has not left by T), 1 / (1 + odds gone): see `mbgNbd` and `bgNbd`. Never rises
 * while T grows in silence.
 */
export function probabilityAlive(model: RiskModel, history: PurchaseHistory): number {
  return 1 / (1 + Math.exp(formulasOf(model.kind).logOddsGone(model.parameters, history)))
}

/**
 * The risk: P(no order in (T, T + H]) = 1 − P(alive) (1 − q) with q = ((α+T) / (α+T+H))ʳ⁺ˣ, the
 * chance that a customer who is still there buys nothing. Never falls while T grows in silence,
 * for P(alive) falls and q rises. Not 1 − P(alive): where nobody leaves that is 0 for all.
 *
 * @param horizonWeeks H > 0, in weeks like the history.
 */
export function probabilityOfNoOrder(
  model: RiskModel,
  history: PurchaseHistory,
  horizonWeeks: number,
): number {
  const { r, alpha } = model.parameters
  const exponent = r + history.frequency
  const someOrder = -Math.expm1(-exponent * Math.log1p(horizonWeeks / (alpha + history.age)))
  return 1 - probabilityAlive(model, history) * someOrder
}
