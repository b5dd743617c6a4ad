import { exactMinor } from '@ebb/contracts/decimal-amount'
import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { horizonRevenue, type Valuing } from '@ebb/risk/expected-loss'
import { type Dues, isSameRhythm, stageHeld } from '@ebb/risk/silence/episode'
import { passedSilently } from '@ebb/risk/silence/retier'
import type { Scoring } from '@ebb/risk/silence/tiers'
import { compareVersions, type Version } from '@ebb/streaming/version'

/** The order rhythm, as records carry it. */
export type Rhythm = NonNullable<FeaturesRecord['rhythm']>

/** Offset in a generation of `ebb.features.v1`. */
export interface Place {
  readonly generation: number
  readonly offset: number
}

/** When silence leads where, in ms; null for a tier that would come after lost. */
export interface CrossingInstants {
  readonly light: number | null
  readonly moderate: number | null
  readonly heavy: number | null
  readonly lost: number
}

/** What the features of one customer come to. */
export interface CustomerFeatures {
  readonly customerId: string
  readonly version: Version
  readonly userId: string | null
  readonly asOf: number
  /** Revenue less refunds of all valid orders. */
  readonly revenueMinor: number
  readonly consent: NonNullable<FeaturesRecord['consent']>
  /** Null where there is no valid order. */
  readonly rhythm: Rhythm | null
  readonly crossings: CrossingInstants | null
  /** `horizonRevenue` of `@ebb/risk`; null where there is no valid order. */
  readonly horizonRevenue: number | null
  /** Where the rhythm last changed. */
  readonly rhythmPlace: Place
  readonly stageKnown: StageKnown
}

/** What features and promotions say of thresholds passed; the rest is told by alerts behind `place`. */
export interface StageKnown {
  /** Where the last order last became another one, or a model was promoted. */
  readonly place: Place
  /** Thresholds passed there, 0 … 4: none behind an order, else what a promotion passes silently. */
  readonly there: number
  /**
   * Where the risk was last seen below light, moderate and heavy since then, less the hysteresis,
   * because other orders changed; null: nowhere.
   */
  readonly lastBelow: readonly [Place | null, Place | null, Place | null]
}

/** One features record, where it stands, and the clock that its partition showed. */
export interface SeenFeatures {
  readonly record: FeaturesRecord
  readonly version: Version
  readonly place: Place
  /** Last tick before the record, ms; 0 before the first. */
  readonly clock: number
}

/**
 * The features of a customer behind one more record. An older one, or a copy, changes nothing: the
 * same object comes back.
 */
export const foldFeatures = (
  before: CustomerFeatures | undefined,
  { record, version, place, clock }: SeenFeatures,
  scoring: Scoring & Valuing,
): CustomerFeatures => {
  if (before !== undefined && compareVersions(version, before.version) <= 0) return before
  const { customerId, userId = null, asOf, consent = {}, windows } = record
  const rhythm = record.rhythm ?? null
  const revenueMinor = exactMinor(windows['lifetime']?.['netMinor'] ?? 0)
  const facts = {
    ...{ customerId, version, userId, asOf, revenueMinor, consent, rhythm },
    horizonRevenue: rhythm && horizonRevenue(rhythm, revenueMinor, scoring),
  }
  if (before !== undefined && isSameRhythm(before.rhythm, rhythm)) return { ...before, ...facts }
  const isRevised =
    rhythm !== null &&
    rhythm.lastOrderId === before?.rhythm?.lastOrderId &&
    before.stageKnown.place.generation === place.generation
  return {
    ...facts,
    crossings: rhythm && crossingInstants(rhythm, scoring),
    rhythmPlace: place,
    stageKnown: isRevised
      ? revised(before.stageKnown, place, stageHeld(rhythm, clock, scoring))
      : { place, there: 0, lastBelow: NOWHERE },
  }
}

const NOWHERE = [null, null, null] as const

const revised = (stage: StageKnown, at: Place, held: number): StageKnown => {
  const [light, moderate, heavy] = stage.lastBelow
  const lastBelow = [
    held < 1 ? at : light,
    held < 2 ? at : moderate,
    held < 3 ? at : heavy,
  ] as const
  return { ...stage, lastBelow }
}

/**
 * The same customer by another model, promoted at a place of the topic: it has no order in it. What is
 * crossed until `passedUntil` (ms) is passed silently.
 */
export const scoredAnew = (
  customer: CustomerFeatures,
  { place, passedUntil }: { readonly place: Place; readonly passedUntil: number },
  scoring: Scoring & Valuing,
): CustomerFeatures => {
  const { rhythm, revenueMinor } = customer
  if (rhythm === null) return customer
  const { stage, instants } = passedSilently(rhythm, { ...scoring, passedUntil })
  return {
    ...customer,
    crossings: crossingsOf(instants),
    horizonRevenue: horizonRevenue(rhythm, revenueMinor, scoring),
    stageKnown: { place, there: stage, lastBelow: NOWHERE },
  }
}

/** Nothing is passed before the beginning of time. */
const crossingInstants = (rhythm: Rhythm, scoring: Scoring): CrossingInstants =>
  crossingsOf(passedSilently(rhythm, { ...scoring, passedUntil: 0 }).instants)

const crossingsOf = ([light, moderate, heavy, lost]: Dues): CrossingInstants => ({
  ...{ light, moderate, heavy },
  lost: lost!,
})
