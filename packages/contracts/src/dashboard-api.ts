import type { AlertRecord, ReasonCode, Tier } from './alert-record.ts'
import type { DecisionView, WinbackMode } from './winback-api.ts'

// What insights answers to the dashboard, below /api. Instants are ISO 8601 in UTC; money is in
// minor units of the shop's currency.

/** Who somebody is to the dashboard. */
export const ROLES = ['viewer', 'analyst', 'marketer', 'support', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** `GET /api/session`; `POST` with `{ token }` signs in, `DELETE` signs out. */
export interface SessionView {
  readonly name: string
  readonly role: Role
  readonly installation: {
    readonly kind: 'live' | 'demonstration' | 'replay'
    readonly timeZone: string
    readonly currency: string
    /** Decimals of the minor unit. */
    readonly currencyExponent: number
  }
}

/** Where a customer stands: a tier, or lost. */
export type Standing = Tier | 'lost'

/** `GET /api/live`, and the event `live` of `GET /api/live/stream`, once a second. */
export interface LiveView {
  /** Process clock: scaled in a demonstration. */
  readonly now: string
  /** Events accepted in each of the last 60 seconds of the wall clock, the latest last. */
  readonly eventsPerSecond: readonly number[]
  readonly customers: { readonly [standing in Standing]: number }
  /** Absent while retention cannot be asked. */
  readonly winbacks?: {
    readonly mode: WinbackMode
    readonly alertsPaused: boolean
    readonly couponsIssued: number
    readonly couponsRedeemed: number
  }
  readonly engines: readonly {
    readonly need: 'event log' | 'state store' | 'business records'
    readonly name: string
    readonly isUp: boolean
  }[]
  /** Readers of topics: how many records wait, and how far their clock is. */
  readonly readers: readonly {
    readonly name: string
    readonly topic: string
    readonly lag: number
    readonly clock?: string
  }[]
}

/** The event `alert` of `GET /api/live/stream`, and an item of `GET /api/alerts`. */
export interface AlertView
  extends Pick<
    AlertRecord,
    'alertId' | 'customerId' | 'kind' | 'tier' | 'previousTier' | 'risk' | 'riskAtLastOrder'
  > {
  readonly silentSince: string
  readonly crossedAt: string
  readonly raisedAt: string
  readonly reasons: readonly ReasonCode[]
}

/** `GET /api/alerts?limit=`: the latest first. */
export interface AlertPage {
  readonly alerts: readonly AlertView[]
}

/** A customer in a list. */
export interface CustomerItem {
  readonly customerId: string
  readonly standing: Standing
  /** P(no order within the horizon), now. */
  readonly risk: number
  readonly orders: number
  readonly revenueMinor: number
  readonly lastOrderAt: string
  /** The weightiest reason of the running episode. */
  readonly reason?: ReasonCode
  /** When silence leads to the next standing; absent behind lost. */
  readonly nextAt?: string
  readonly next?: Standing
}

/** What customers can be sorted by. */
export const CUSTOMER_SORTS = ['risk', 'revenue', 'lastOrder', 'next', 'customer'] as const
export type CustomerSort = (typeof CUSTOMER_SORTS)[number]

/**
 * `GET /api/customers?search=&standing=&sort=&limit=&after=`: those with an order. `.csv` behind
 * the path gives all of them as a file.
 */
export interface CustomerPage {
  readonly customers: readonly CustomerItem[]
  readonly total: number
  /** For `after`, where there is more. */
  readonly next?: string
}

/** The silence after a customer's last order. */
export interface SilenceView {
  readonly lastOrderAt: string
  readonly now: string
  readonly risk: number
  readonly riskAtLastOrder: number
  readonly horizonDays: number
  /** Evenly spaced from the last order to beyond what is to come. */
  readonly curve: readonly { readonly at: string; readonly risk: number }[]
  /** Light, moderate, heavy, lost; `at` is null where lost comes first. */
  readonly milestones: readonly {
    readonly standing: Standing
    /** Null for lost, which is a time. */
    readonly threshold: number | null
    readonly at: string | null
    readonly isPassed: boolean
  }[]
}

/** One thing that happened to a customer. */
export interface TimelineItem {
  readonly at: string
  readonly kind: 'event' | 'alert' | 'decision'
  /** Name of the event, kind of the alert, status of the decision. */
  readonly name: string
  /** Tier of an alert or decision. */
  readonly tier?: Tier
}

/** `GET /api/customers/:key`. */
export interface CustomerDetail {
  readonly customerId: string
  readonly userId?: string
  readonly standing?: Standing
  readonly orders: number
  readonly revenueMinor: number
  readonly firstOrderAt?: string
  readonly consent?: { readonly analytics?: boolean; readonly marketing?: boolean }
  /** Absent where there is no valid order. */
  readonly silence?: SilenceView
  /** The latest first. */
  readonly timeline: readonly TimelineItem[]
  /** The latest first; absent while retention cannot be asked. */
  readonly decisions?: readonly DecisionView[]
}

/** What the offers of a simulated shop did to some of its shoppers. */
export interface EffectView {
  readonly shoppers: number
  /** Those who ordered within the window only because of an offer. */
  readonly broughtBack: number
}

/**
 * `GET /api/winbacks/truth`, of a demonstration alone (404 elsewhere): what win-backs really did, as
 * only a simulation can know it. Of treated customers whose window has ended.
 */
export interface TruthView {
  readonly windowDays: number
  readonly all: EffectView
  /** By why they had left, the greatest share first; `NOT_AWAY` had not. */
  readonly byCause: readonly (EffectView & { readonly cause: ReasonCode | 'NOT_AWAY' })[]
}

/** One refused record. */
export interface RejectView {
  readonly id: string
  readonly source: string
  readonly code: string
  readonly message: string
  readonly where: string
  readonly receivedAt: string
  /** As text, as far as it is kept and can be read. */
  readonly payload: string
  readonly payloadBytes: number
}

/** `GET /api/rejects?source=&code=&limit=`: the latest first. */
export interface RejectPage {
  readonly rejects: readonly RejectView[]
  readonly sources: readonly string[]
  readonly codes: readonly { readonly code: string; readonly count: number }[]
}

/** `GET /api/setup`. */
export interface SetupView {
  readonly collectorUrl: string
  readonly writeKeys: readonly { readonly source: string; readonly key: string }[]
}

/** The event `event` of `GET /api/setup/stream?source=`: one as it was accepted, or refused. */
export interface DebuggedEvent {
  readonly at: string
  readonly source: string
  readonly isAccepted: boolean
  readonly customerId?: string
  readonly name?: string
  readonly occurredAt?: string
  readonly properties?: Readonly<Record<string, unknown>>
  /** Of a refused one. */
  readonly code?: string
  readonly message?: string
}
