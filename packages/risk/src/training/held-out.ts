import { auc, brier, expectedCalibrationError, type Judged } from '../grading/metrics.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'

/** A customer of the held-out slice: true is that no order came in it. */
export interface HeldOutCase extends Judged {
  /** x at the beginning of the slice. */
  readonly frequency: number
}

/** How well some customers were judged. `null` where it is not defined. */
export interface StratumGrade {
  readonly customers: number
  /** Of them those without an order in the slice. */
  readonly quiet: number
  readonly auc: number | null
  /** `null` of a rule that gives no probability, and so for `ece`. */
  readonly brier: number | null
  /** Expected calibration error over ten groups of equal size. */
  readonly ece: number | null
}

/** Strata of customers by x. */
export const STRATA = {
  all: () => true,
  x0: (frequency: number) => frequency === 0,
  x1to4: (frequency: number) => frequency >= 1 && frequency <= 4,
  x5plus: (frequency: number) => frequency >= 5,
} as const

/** A grade for each stratum. */
export type Grades = Readonly<Record<keyof typeof STRATA, StratumGrade>>

/** Customers of a slice with the history that they had at its beginning. */
export interface HeldOutCustomer {
  readonly history: PurchaseHistory
  readonly isQuiet: boolean
}

/** What a rule said of each customer, and what came true. */
export const judgedBy = (
  customers: readonly HeldOutCustomer[],
  riskOf: (history: PurchaseHistory) => number,
): HeldOutCase[] =>
  customers.map(({ history, isQuiet }) => ({
    frequency: history.frequency,
    risk: riskOf(history),
    isTrue: isQuiet,
  }))

/**
 * Grades by stratum.
 *
 * @param says whether its numbers are probabilities, or only rank.
 */
export const gradesOf = (
  cases: readonly HeldOutCase[],
  says: 'probabilities' | 'ranks' = 'probabilities',
): Grades => {
  const grade = (belongs: (frequency: number) => boolean): StratumGrade => {
    const some = cases.filter(({ frequency }) => belongs(frequency))
    return {
      customers: some.length,
      quiet: some.filter(({ isTrue }) => isTrue).length,
      auc: defined(auc(some)),
      brier: says === 'ranks' ? null : defined(brier(some)),
      ece: says === 'ranks' ? null : defined(expectedCalibrationError(some)),
    }
  }
  const { all, x0, x1to4, x5plus } = STRATA
  return { all: grade(all), x0: grade(x0), x1to4: grade(x1to4), x5plus: grade(x5plus) }
}

const defined = (measure: number): number | null => (Number.isNaN(measure) ? null : measure)
