/** A risk that was told of a customer, and what came of it. */
export interface GradedRisk {
  /** P(no order in the horizon), in [0, 1]. */
  readonly risk: number
  /** Whether there was no order in the horizon: true, where the risk came true; null while unknown. */
  readonly isQuiet: boolean | null
  /** Since the last order. */
  readonly silentDays: number
  /** Order days less one; null where the orders behind an alert are not known any more. */
  readonly repeatDays: number | null
  /** Mean time between order days; null where there was one. */
  readonly gapDays: number | null
  /** Of an alert; null for a score of the sample. */
  readonly tier: string | null
  /** Version of the model that told it. */
  readonly model: string
}

/** A score of the sample whose horizon has passed. */
export type GradedScore = GradedRisk & { readonly isQuiet: boolean }

/** Of these risks the scores that are graded. */
export const gradedScores = (risks: readonly GradedRisk[]): GradedScore[] =>
  risks.filter((risk): risk is GradedScore => risk.tier === null && risk.isQuiet !== null)

/** As `2026-06` follows `2026-05`. */
export const monthBefore = (month: string): string => {
  const [year, nth] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, nth - 2, 1)).toISOString().slice(0, 7)
}
