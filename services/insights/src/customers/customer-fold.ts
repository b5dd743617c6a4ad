import { exactMinor } from '@ebb/contracts/decimal-amount'
import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { horizonRevenue, type Valuing } from '@ebb/risk/expected-loss'
import { crossingsWithVisits, lightWithVisits } from '@ebb/risk/silence/light-with-visits'
import { riskAt, type Scoring, thresholdsOf } from '@ebb/risk/silence/tiers'
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
  /** Tiers whose threshold, less the hysteresis, the risk had reached by then, or visits: 0 … 3. */
  readonly heldStage: number
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
  const { rhythm = null, visits = null } = record
  const revenueMinor = exactMinor(windows['lifetime']?.['netMinor'] ?? 0)
  const facts = {
    ...{ customerId, version, userId, asOf, revenueMinor, consent, rhythm, visits },
    horizonRevenue: rhythm && horizonRevenue(rhythm, revenueMinor, scoring),
  }
  const customer = rhythm && { rhythm, visits }
  const crossings = () => customer && crossingInstants(customer, scoring)
  if (before !== undefined && isSame(before.rhythm, rhythm)) {
    // Visits move light until it begins, and take back no tier.
    const isBefore = (before.crossings?.light ?? clock + 1) > clock
    const isMoved =
      scoring.visitPrior !== undefined && isBefore && !isSameVisits(before.visits, visits)
    return { ...before, ...facts, crossings: isMoved ? crossings() : before.crossings }
  }
  return {
    ...facts,
    crossings: crossings(),
    rhythmPlace: place,
    heldStage: customer === null ? 0 : heldStage(customer, clock, scoring),
  }
}

/** The same customer by another model, promoted at a place of the topic: it has no order in it. */
export const scoredAnew = (
  customer: CustomerFeatures,
  { place, clock }: Pick<SeenFeatures, 'place' | 'clock'>,
  scoring: Scoring & Valuing,
): CustomerFeatures => {
  const { rhythm, visits, revenueMinor } = customer
  if (rhythm === null) return customer
  const crossings = crossingInstants({ rhythm, visits }, scoring)
  const held = heldStage({ rhythm, visits }, clock, scoring)
  const revenue = horizonRevenue(rhythm, revenueMinor, scoring)
  return {
    ...customer,
    ...{ crossings, horizonRevenue: revenue, rhythmPlace: place, heldStage: held },
  }
}

/** By what the scorer goes by. */
const isSame = (left: Rhythm | null, right: Rhythm | null): boolean => {
  if (left === null || right === null) return left === right
  return (
    left.lastOrderId === right.lastOrderId &&
    left.lastAt === right.lastAt &&
    left.firstAt === right.firstAt &&
    left.repeatDays === right.repeatDays
  )
}

const isSameVisits = (left: Visits | null, right: Visits | null): boolean =>
  left?.repeatDays === right?.repeatDays &&
  left?.firstAt === right?.firstAt &&
  left?.lastAt === right?.lastAt

/** Orders and visits of who has ordered. */
interface Buyer {
  readonly rhythm: Rhythm
  readonly visits: Visits | null
}

const crossingInstants = (buyer: Buyer, scoring: Scoring): CrossingInstants => {
  const { light, moderate, heavy, lost } = crossingsWithVisits(buyer, scoring)
  const entered = (at: number): number | null => (at > lost ? null : at)
  return { light: entered(light), moderate: entered(moderate), heavy: entered(heavy), lost }
}

const heldStage = (buyer: Buyer, clock: number, scoring: Scoring): number => {
  const { light, moderate, heavy } = thresholdsOf(buyer.rhythm, scoring)
  const risk = riskAt(buyer.rhythm, clock, scoring)
  const isHeld = (threshold: number) => risk >= threshold - scoring.policy.hysteresis
  const byRisk = [light, moderate, heavy].filter(isHeld).length
  if (byRisk > 0 || scoring.visitPrior === undefined) return byRisk
  return Number(lightWithVisits(buyer, scoring) <= clock)
}
