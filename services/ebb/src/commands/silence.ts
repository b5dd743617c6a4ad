import type { RiskState, Stage } from '@ebb/risk/episode'
import type { CustomerRhythm } from '@ebb/risk/order-rhythm'
import { type Crossings, crossings, riskAt, riskAtLastOrder, thresholdsOf } from '@ebb/risk/tiers'
import { unpackScorerState } from '@ebb/scorer/scorer-state'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'

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
  /** P(no order in the horizon), now and right after the last order. */
  readonly risk: number
  readonly riskAtLastOrder: number
  /** Light, moderate, heavy, lost. */
  readonly milestones: readonly Milestone[]
}

/** The silence of a customer; `undefined` where the scorer knows of no valid order. */
export const readSilence = async (
  store: Pick<PartitionStore, 'read'>,
  partition: number,
  customerId: string,
): Promise<Silence | undefined> => {
  const { states, position } = await store.read(partition, [customerId])
  const [bytes] = states
  if (bytes === undefined || position === undefined) return undefined
  const { risk } = unpackScorerState(bytes)
  return silenceOf(risk, decodePartitionRecord(position.record).clock)
}

const silenceOf = (
  { rhythm, stage, due, firstCrossedAt }: RiskState,
  clock: number,
): Silence | undefined => {
  if (rhythm === null) return undefined
  // An order may be ahead of the clock by a tick.
  const now = Math.max(clock, rhythm.lastAt)
  const reached = crossings(rhythm, SHIPPED_SCORING.model, SHIPPED_SCORING.policy)
  const thresholds = { ...thresholdsOf(rhythm, SHIPPED_SCORING), lost: null }
  const milestones = MILESTONES.map((name, index) => {
    // A customer may be lost without heavy: it is never entered where it comes later.
    const isPassed = stage > index && reached[name] <= reached.lost
    const at = isPassed ? reached[name] : (due[index] ?? null)
    return { name, threshold: thresholds[name], at, isPassed }
  })
  return {
    ...{ rhythm, now, stage, atRiskSince: firstCrossedAt, milestones },
    risk: riskAt(rhythm, now, SHIPPED_SCORING),
    riskAtLastOrder: riskAtLastOrder(rhythm, SHIPPED_SCORING),
  }
}

const MILESTONES = ['light', 'moderate', 'heavy', 'lost'] as const
