import { createHash } from 'node:crypto'
import type { CustomerRhythm } from '../models/order-rhythm.ts'
import type { VisitRhythm } from '../models/visit-rhythm.ts'
import { riskAt, riskAtLastOrder, type Scoring, type Tier } from './tiers.ts'

/** Hex digits of an id: 128 bits of SHA-256. */
const ID_LENGTH = 32

/** What happened to an episode of silence. */
export type AlertKind = 'at_risk' | 'recovered' | 'lost' | 'withdrawn' | 'reopened'

/** The part of an alert that follows from orders, clock and model alone. Instants in integer ms. */
export interface RiskAlert {
  /** Same customer, episode, kind, tier and causing order: same id, so a repetition is a copy. */
  readonly alertId: string
  /** The same for all alerts of the silence that follows one order. */
  readonly episodeId: string
  readonly customerId: string
  readonly kind: AlertKind
  /** The tier from now on. A lost customer counts as heavy. */
  readonly tier: Tier
  readonly previousTier: Tier
  /**
   * P(no order in the next `horizonDays`) at `crossedAt`, by the orders as they stand after the
   * change; six decimals. 0 where no order is left.
   */
  readonly risk: number
  /** The same right after the last order. */
  readonly riskAtLastOrder: number
  readonly horizonDays: number
  /** Instant of the order that the episode's silence follows. */
  readonly silentSince: number
  /**
   * When it came about: the analytic instant (the crossing; for `recovered` the order), or the
   * clock at the record that revealed it, whichever is later.
   */
  readonly crossedAt: number
  /** The partition's clock when it was raised. */
  readonly raisedAt: number
  /** `visits` where these began light before the risk reached it; absent where the risk did. */
  readonly signal?: 'visits'
  /** Whether the same tick also saw a higher tier crossed: that alert is the one to act on. */
  readonly isOutranked: boolean
  /**
   * `at_risk`, `lost`: the order that the silence follows. `recovered`: the order that ended it.
   * `withdrawn`: the order that came late or was retracted. `reopened`: the cancelled order that
   * had ended it.
   */
  readonly causeOrderId: string
}

/** Who is scored, with what, and at which instant of the partition's clock (ms). */
export interface ScoringContext extends Scoring {
  readonly customerId: string
  readonly clock: number
  /** The order whose fact changed, where the record names one. */
  readonly causeOrderId?: string
  /** As the record tells them; absent where nobody told of a visit. */
  readonly visits?: VisitRhythm
}

/** A change of an episode that is to be told. */
export interface EpisodeChange {
  readonly kind: AlertKind
  /** The orders up to the one that the episode's silence follows. */
  readonly base: CustomerRhythm
  readonly tier: Tier
  readonly previousTier: Tier
  readonly crossedAt: number
  readonly causeOrderId: string
  readonly isOutranked?: boolean
  readonly isOfVisits?: boolean
  /** The orders from now on; null without any. */
  readonly rhythm: CustomerRhythm | null
}

/** The alert of a change. Pure: the same change in the same context gives the same alert. */
export function alertOf(change: EpisodeChange, context: ScoringContext): RiskAlert {
  const { kind, base, tier, previousTier, crossedAt, causeOrderId, rhythm } = change
  const { isOutranked = false, isOfVisits = false } = change
  const { customerId, clock, policy } = context
  const episodeId = idOf([customerId, base.lastOrderId])
  return {
    alertId: idOf([customerId, episodeId, kind, tier, causeOrderId]),
    episodeId,
    customerId,
    kind,
    tier,
    previousTier,
    risk: rhythm ? sixDecimals(riskAt(rhythm, crossedAt, context)) : 0,
    riskAtLastOrder: rhythm ? sixDecimals(riskAtLastOrder(rhythm, context)) : 0,
    horizonDays: policy.horizonDays,
    silentSince: base.lastAt,
    crossedAt,
    raisedAt: clock,
    ...(isOfVisits && { signal: 'visits' }),
    isOutranked,
    causeOrderId,
  }
}

/** A JSON array, unlike a joined string, keeps ("a", "bc") and ("ab", "c") apart. */
function idOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, ID_LENGTH)
}

function sixDecimals(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
