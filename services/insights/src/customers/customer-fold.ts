import { exactMinor } from '@ebb/contracts/decimal-amount'
import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { horizonRevenue, type Valuing } from '@ebb/risk/expected-loss'
import { isSameRhythm, stageHeld } from '@ebb/risk/silence/episode'
import { holdOf, passedUntil, type SilentSources } from '@ebb/risk/silence/holds'
import type { Customer } from '@ebb/risk/silence/light-with-visits'
import { passedSilently } from '@ebb/risk/silence/retier'
import { type Dues, HEALTHY, LIGHT } from '@ebb/risk/silence/risk-state'
import type { Scoring } from '@ebb/risk/silence/tiers'
import { compareVersions, type Version } from '@ebb/streaming/version'

/** The order rhythm, as records carry it. */
export type Rhythm = NonNullable<FeaturesRecord['rhythm']>

/** The visit rhythm, as records carry it. */
export type Visits = NonNullable<FeaturesRecord['visits']>

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
  /** Null where nobody told of a visit. */
  readonly visits: Visits | null
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

/** One features record, where it stands, and what its partition showed there. */
export interface SeenFeatures {
  readonly record: FeaturesRecord
  readonly version: Version
  readonly place: Place
  /** Last tick before the record, ms; 0 before the first. */
  readonly clock: number
  readonly holds: SilentSources['holds']
}

/**
 * The features of a customer behind one more record. An older one, or a copy, changes nothing: the
 * same object comes back.
 */
export const foldFeatures = (
  before: CustomerFeatures | undefined,
  { record, version, place, clock, holds }: SeenFeatures,
  scoring: Scoring & Valuing,
): CustomerFeatures => {
  if (before !== undefined && compareVersions(version, before.version) <= 0) return before
  const { customerId, userId = null, asOf, consent = {}, windows } = record
  const { rhythm = null, visits = null } = record
  const revenueMinor = exactMinor(windows['lifetime']?.['netMinor'] ?? 0)
  const facts = {
    ...{ customerId, version, userId, asOf, revenueMinor, consent, rhythm, visits },
    horizonRevenue: rhythm && horizonRevenue(rhythm, revenueMinor, scoring),
  }
  const known = before && withVisits(before, visits, { clock, holds, scoring })
  if (known !== undefined && isSameRhythm(known.rhythm, rhythm)) return { ...known, ...facts }
  const isRevised =
    rhythm !== null &&
    rhythm.lastOrderId === known?.rhythm?.lastOrderId &&
    isOfGeneration(known, place.generation)
  return {
    ...facts,
    crossings: rhythm && crossingInstants({ rhythm, visits }, scoring),
    rhythmPlace: place,
    stageKnown: isRevised
      ? revised(known.stageKnown, place, stageHeld({ rhythm, visits }, clock, scoring))
      : { place, there: 0, lastBelow: NOWHERE },
  }
}

/** Who was known before stages had a place has one of no generation (migration 006). */
const isOfGeneration = ({ rhythmPlace, stageKnown }: CustomerFeatures, generation: number) =>
  stageKnown.place.generation === generation || rhythmPlace.generation === generation

/**
 * Visits move light while it is ahead or kept back by a hold, where the model knows visits, and put
 * who passed it silently before it again. Where it was told they take nothing back.
 * What orders told late bring behind the clock counts as told, though the next tick tells it first.
 */
const withVisits = (
  before: CustomerFeatures,
  visits: Visits | null,
  { clock, holds, scoring }: Pick<SeenFeatures, 'clock' | 'holds'> & { readonly scoring: Scoring },
): CustomerFeatures => {
  const { rhythm, crossings, stageKnown } = before
  if (rhythm === null || crossings === null || scoring.visitPrior === undefined) return before
  if (isSameVisits(before.visits, visits)) return before
  const isBegun = (until: number) => crossings.light !== null && crossings.light <= until
  const told = passedUntil(clock, holdOf({ holds }, rhythm.source))
  if (isBegun(told) && stageKnown.there !== LIGHT) return before
  const { light } = crossingInstants({ rhythm, visits }, scoring)
  const isAhead = light === null || light > clock
  if (isBegun(clock) && !isAhead) return before
  const there = isAhead && stageKnown.there === LIGHT ? HEALTHY : stageKnown.there
  return { ...before, crossings: { ...crossings, light }, stageKnown: { ...stageKnown, there } }
}

const isSameVisits = (left: Visits | null, right: Visits | null): boolean =>
  left?.repeatDays === right?.repeatDays &&
  left?.firstAt === right?.firstAt &&
  left?.lastAt === right?.lastAt

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
  const { rhythm, visits, revenueMinor } = customer
  if (rhythm === null) return customer
  const { stage, instants } = passedSilently({ rhythm, visits }, { ...scoring, passedUntil })
  return {
    ...customer,
    crossings: crossingsOf(instants),
    horizonRevenue: horizonRevenue(rhythm, revenueMinor, scoring),
    stageKnown: { place, there: stage, lastBelow: NOWHERE },
  }
}

/** Nothing is passed before the beginning of time. */
const crossingInstants = (customer: Customer, scoring: Scoring): CrossingInstants =>
  crossingsOf(passedSilently(customer, { ...scoring, passedUntil: 0 }).instants)

const crossingsOf = ([light, moderate, heavy, lost]: Dues): CrossingInstants => ({
  ...{ light, moderate, heavy },
  lost: lost!,
})
