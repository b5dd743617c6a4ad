import type { CustomerRhythm } from '../models/order-rhythm.ts'
import type { VisitRhythm } from '../models/visit-rhythm.ts'

/** Thresholds passed in silence: 0 healthy, 1 light, 2 moderate, 3 heavy, 4 lost. */
export type Stage = 0 | 1 | 2 | 3 | 4

export const HEALTHY: Stage = 0
export const LIGHT: Stage = 1
export const LOST: Stage = 4
/** Timers of light, moderate, heavy and lost, in this order, in ms; null where there is none. */
export type Dues = readonly [number | null, number | null, number | null, number | null]

/** An episode that an order has ended, kept so that it can be reopened. */
export interface ClosedEpisode {
  /** Its base order. */
  readonly orderId: string
  /** The order that ended it. */
  readonly closedBy: string
  readonly stage: Stage
  readonly firstCrossedAt: number
}

/** What the scorer keeps of one customer: plain data, for any codec. */
export interface RiskState {
  /** Null while the customer has no valid order. */
  readonly rhythm: CustomerRhythm | null
  /** Null where nobody told of a visit, or of none since visits are kept. */
  readonly visits: VisitRhythm | null
  readonly due: Dues
  /**
   * Thresholds passed. A promotion may raise it before there is an episode, and lower it, down to
   * healthy, while one runs: see `retiered`.
   */
  readonly stage: Stage
  /** `crossedAt` of the running episode's first alert; null while there is none. */
  readonly firstCrossedAt: number | null
  readonly closed: ClosedEpisode | null
}

const NO_DUES: Dues = [null, null, null, null]

/** Of whom nothing is known. */
export const UNKNOWN_CUSTOMER: RiskState = {
  rhythm: null,
  visits: null,
  due: NO_DUES,
  stage: HEALTHY,
  firstCrossedAt: null,
  closed: null,
}

/** The timers of the thresholds behind `stage`. */
export function duesFrom([light, moderate, heavy, lost]: Dues, stage: Stage): Dues {
  if (stage === LOST) return NO_DUES
  return [stage < 1 ? light : null, stage < 2 ? moderate : null, stage < 3 ? heavy : null, lost]
}
