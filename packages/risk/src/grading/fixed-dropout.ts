import { mbgNbd } from '../models/mbg-nbd.ts'
import { nelderMead } from '../models/nelder-mead.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'
import type { RiskModel } from '../models/risk-model.ts'

/** (a, b) of the chance to leave after an order. */
export interface Dropout {
  readonly a: number
  readonly b: number
}

/** So small that not even the busiest customer has any odds of having left: an NBD. */
export const NOBODY_LEAVES: Dropout = { a: 1e-300, b: 1 }

/** A mean dropout of 15 % an order, three times that of the guard. */
export const HIGH_DROPOUT: Dropout = { a: 0.75, b: 4.25 }

/** MBG/NBD by maximum likelihood in r and α alone, to compare with what `fitModel` finds. */
export function fitWithDropout(
  histories: readonly PurchaseHistory[],
  dropout: Dropout,
): { model: RiskModel<'mbg-nbd'>; logLikelihood: number } {
  const parametersAt = ([r, alpha]: readonly number[]) => ({
    r: Math.exp(r!),
    alpha: Math.exp(alpha!),
    ...dropout,
  })
  const loss = (point: readonly number[]) => {
    const parameters = parametersAt(point)
    return histories.reduce((sum, history) => sum - mbgNbd.logLikelihood(parameters, history), 0)
  }
  const search = { start: [0, 2], step: 0.5, tolerance: 1e-8, maxEvaluations: 2000 }
  const { point, value } = nelderMead(loss, search)
  return { model: { kind: 'mbg-nbd', parameters: parametersAt(point) }, logLikelihood: -value }
}
