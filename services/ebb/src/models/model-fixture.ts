import type { ModelGrades, ModelRecord } from '@ebb/contracts/model-record'
import type { ModelBook } from '@ebb/scorer/training/model-book'

/** Noon of the day on which the model of a test was fitted. */
export const NOON = Date.UTC(2026, 5, 1, 12)
const DAY_MS = 86_400_000

type Counts = readonly [customers: number, quiet: number]

const grade = ([customers, quiet]: Counts, auc: number | null, brier: number | null) => ({
  ...{ customers, quiet, auc, brier },
  ece: brier === null ? null : 0.04,
})

const grades = (auc: number, brier: number | null): ModelGrades => ({
  all: grade([2_725, 1_390], auc, brier),
  x0: grade([1_500, 950], null, brier),
  x1to4: grade([1_000, 400], auc - 0.08, brier),
  x5plus: grade([225, 40], auc + 0.08, brier),
})

const model = {
  kind: 'mbg-nbd',
  parameters: { r: 0.78841234567, alpha: 8.6275, a: 0.5, b: 9.5 },
} as const

/** A model of a shop whose orders do not show whether customers leave. */
export const MODEL: ModelRecord = {
  version: '20260601T120000Z-abc123',
  model,
  ...{ fittedAt: NOON + 4_000, upTo: NOON, origin: 'nightly' },
  ...{ customers: 4_339, repeaters: 2_845, orderDays: 16_766 },
  ...{ logLikelihood: -22_924.1, dropoutIdentified: false, isBetter: true },
  why: 'Brier score 0.2021 against 0.2369, 14.7 % lower',
  heldOut: {
    ...{ from: NOON - 90 * DAY_MS, until: NOON, horizonDays: 90, customers: 2_725, model },
    grades: grades(0.7445, 0.2021),
    champion: { version: 'shipped-1', grades: grades(0.7441, 0.2369) },
    recency: grades(0.665, null),
    calibration: Array.from({ length: 10 }, (_, i) => ({
      ...{ customers: 272, foretold: 0.1 + 0.08 * i, cameTrue: Math.min(1, 0.05 + 0.1 * i) },
    })),
  },
}

/** A book in which that model is in force. */
export const BOOK: ModelBook = {
  models: new Map([[MODEL.version, MODEL]]),
  promotion: {
    ...{ version: MODEL.version, at: NOON, by: 'rule', why: MODEL.why, before: ['shipped-1'] },
  },
}
