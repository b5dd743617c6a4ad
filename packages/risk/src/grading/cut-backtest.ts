import { type Fit, fitModel } from '../models/fit-model.ts'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import type { CustomerOrders } from './customer-orders.ts'
import { fitWithDropout, HIGH_DROPOUT, NOBODY_LEAVES } from './fixed-dropout.ts'
import { type FitData, fitDataOf, isEnoughToFit } from './model-eras.ts'
import { customersAt, modelScorer, SCORERS, type ScoreGrades, scoreGrades } from './score-grades.ts'

/** One cut: everything up to a day, graded on the horizon behind it. */
export interface CutBacktest {
  readonly customers: number
  readonly fitData: FitData
  /** False: the fit says little, and live the shipped parameters would hold. See `isEnoughToFit`. */
  readonly isEnough: boolean
  /** By which `ebb` scores. */
  readonly fit: Fit
  readonly scores: ScoreGrades
}

/**
 * Fits to what had been ordered up to the end of a civil day, that day included, and grades every
 * scorer on whether an order came in the `horizonDays` days behind it. Beside those that a shop
 * would use: the likelihood's maximum without dropout, and a dropout of 15 % an order.
 *
 * Throws RangeError as `fitModel` does.
 */
export function cutBacktest(
  customers: readonly CustomerOrders[],
  cut: { readonly day: number; readonly horizonDays: number },
): CutBacktest {
  const unscored = customersAt(customers, { ...cut, model: SHIPPED_PRIORS })
  const { histories } = unscored
  const fit = fitModel('mbg-nbd', histories)
  const known = { ...unscored, model: fit.model }
  const nbd = fitWithDropout(histories, NOBODY_LEAVES)
  const high = fitWithDropout(histories, HIGH_DROPOUT)
  const scorers = [
    ...SCORERS,
    modelScorer('nbd-no-dropout', () => nbd.model),
    modelScorer('mbg-nbd-dropout-15', () => high.model),
  ]
  const fitData = fitDataOf(customers, histories, cut.day)
  const isEnough = isEnoughToFit(fitData, cut.horizonDays)
  return {
    ...{ customers: histories.length, fitData, isEnough, fit },
    scores: scoreGrades([known], scorers),
  }
}
