import { type Lifecycle, lifecycleAt } from '@ebb/customer/lifecycle'
import type { CustomerRhythm } from '@ebb/risk/models/order-rhythm'
import { holdOf } from '@ebb/risk/silence/holds'
import { crossingsWithVisits } from '@ebb/risk/silence/light-with-visits'
import type { Stage } from '@ebb/risk/silence/risk-state'
import {
  type Crossings,
  riskAt,
  riskAtLastOrder,
  type Scoring,
  thresholdsOf,
} from '@ebb/risk/silence/tiers'
import { NOTHING_SHARED, readScorerShared } from '@ebb/scorer/scorer-shared'
import { type ScorerState, unpackScorerState } from '@ebb/scorer/scorer-state'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { isHeld, scoringInForce, standingRisk } from '@ebb/scorer/standing-risk'
import type { EventLog } from '@ebb/streaming/event-log'
import { decodePartitionRecord, type PartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { lastReturn } from './last-return.ts'

/** A tier or `lost`, and when silence leads to it. Instants in ms. */
export interface Milestone {
  readonly name: keyof Crossings
  /** The risk at which it begins; null for `lost`, which is a time. */
  readonly threshold: number | null
  /** Null where the customer is lost before. */
  readonly at: number | null
  readonly isPassed: boolean
}

/** The silence after a customer's last order, as the scorer knows it. Instants in ms. */
export interface Silence {
  readonly rhythm: CustomerRhythm
  /** Clock of the partition. */
  readonly now: number
  /** Thresholds passed: 0 healthy … 3 heavy, 4 lost. */
  readonly stage: Stage
  /** Of the episode's first alert; null while there was none. */
  readonly atRiskSince: number | null
  /** Where the customer stands in their life with the shop. */
  readonly lifecycle: Lifecycle
  /** P(no order in the horizon), now and right after the last order. */
  readonly risk: number
  readonly riskAtLastOrder: number
  /** Light, moderate, heavy, lost. */
  readonly milestones: readonly Milestone[]
  /** The model and policy in force. */
  readonly scoring: Scoring
  /** Since when the source of the customer's orders is silent, so that nothing is raised; else null. */
  readonly heldSince: number | null
}

/** Where the silence of customers is read. */
export interface SilenceSource {
  /** Of the scorer. */
  readonly store: Pick<PartitionStore, 'read'>
  readonly log: Pick<EventLog, 'read'>
}

/** The silence of a customer; `undefined` where the scorer knows of no valid order. */
export const readSilence = async (
  { store, log }: SilenceSource,
  partition: number,
  customerId: string,
): Promise<Silence | undefined> => {
  const { states, position } = await store.read(partition, [customerId])
  const [bytes] = states
  if (bytes === undefined || position === undefined) return undefined
  const recoveredAt = await lastReturn(log, partition, customerId)
  return silenceOf(unpackScorerState(bytes), decodePartitionRecord(position.record), recoveredAt)
}

const silenceOf = (
  state: ScorerState,
  { clock, shared: kept }: PartitionRecord,
  recoveredAt: number | null,
): Silence | undefined => {
  const shared = kept === undefined ? NOTHING_SHARED : readScorerShared(kept)
  const scoring = scoringInForce(SHIPPED_SCORING, shared)
  const { rhythm, visits, stage, due, firstCrossedAt } = standingRisk(state, shared, scoring)
  if (rhythm === null) return undefined
  // An order may be ahead of the clock by a tick.
  const now = Math.max(clock, rhythm.lastAt)
  const ahead = crossingsWithVisits({ rhythm, visits }, scoring)
  // Visits behind an alert that they brought forward do not undo it.
  const told = scoring.visitPrior && firstCrossedAt
  const reached = { ...ahead, light: Math.min(ahead.light, told ?? ahead.light) }
  const thresholds = { ...thresholdsOf(rhythm, scoring), lost: null }
  const milestones = MILESTONES.map((name, index) => {
    // A customer may be lost without heavy: it is never entered where it comes later.
    const isPassed = stage > index && reached[name] <= reached.lost
    const at = isPassed ? reached[name] : (due[index] ?? null)
    return { name, threshold: thresholds[name], at, isPassed }
  })
  return {
    ...{ rhythm, now, stage, atRiskSince: firstCrossedAt, milestones, scoring },
    heldSince: isHeld(state, shared) ? holdOf(shared, state.source)!.since : null,
    lifecycle: lifecycleAt({ repeatDays: rhythm.repeatDays, stage, recoveredAt }, now),
    risk: riskAt(rhythm, now, scoring),
    riskAtLastOrder: riskAtLastOrder(rhythm, scoring),
  }
}

const MILESTONES = ['light', 'moderate', 'heavy', 'lost'] as const
