import type { ReasonCode, Tier } from '@ebb/contracts/alert-record'
import type { Discount, TreatmentKind } from '@ebb/contracts/winback-record'

/**
 * A policy as it is held: plain JSON, money in minor units of the shop's currency, everything that
 * a rule leaves out filled in. `readPolicy` makes it, and vouches for what the types cannot say.
 */
export interface Policy {
  readonly name: string
  readonly experiment: {
    /** Another id deals the customers to the arms anew. */
    readonly id: string
    /** Share of the customers for whom nothing is done, 0 to 0.5. */
    readonly holdOut: number
    /** Days after a decision in which an order counts as a return. */
    readonly windowDays: number
  }
  /** What silence about consent means. */
  readonly consent: { readonly unknown: 'deny' | 'allow' }
  readonly valueFloorMinor: number
  readonly caps: { readonly count: number; readonly days: number }
  readonly coolDownDays: number
  readonly quietHours?: QuietHours
  /** Days within which a trigger is carried out or dropped. */
  readonly expiresAfterDays: number
  /** Their bounds rise, the first is 0. */
  readonly segments: readonly Segment[]
  readonly budgets: Readonly<Record<string, { readonly limitMinor: number }>>
  readonly treatments: Readonly<Record<string, Treatment>>
  /** The first that fits counts; where none does, nothing is done. */
  readonly rules: readonly Rule[]
}

/** A window of each civil day in the shop's time zone, in minutes since 00:00; may span midnight. */
export interface QuietHours {
  readonly fromMinute: number
  /** Not within the window any more. */
  readonly untilMinute: number
}

/** Customers by revenue. */
export interface Segment {
  readonly name: string
  /** The least revenue of a customer in it. */
  readonly fromMinor: number
}

/** What can be done for a customer. */
export interface Treatment {
  /** Its name in the policy. */
  readonly id: string
  readonly kind: TreatmentKind
  /** The first choice first. */
  readonly channels: readonly string[]
  readonly messageKey: string
  /** Of the kinds coupon and limited_discount, and of no other. */
  readonly coupon?: {
    readonly discount: Discount
    readonly minimumOrderMinor?: number
    readonly validDays: number
    /** Name of the budget that pays. */
    readonly budget: string
  }
  readonly points?: number
  readonly task?: string
}

/** Whom a rule fits, and what is done for them. */
export interface Rule {
  readonly tiers: readonly Tier[]
  /** Of a customer the weightiest counts. */
  readonly reasons: readonly ReasonCode[]
  /** Names of segments. */
  readonly segments: readonly string[]
  /** One of them is drawn; empty: nothing is done. */
  readonly candidates: readonly Candidate[]
}

/** One treatment of a rule, drawn `weight` times in the sum of the weights. */
export interface Candidate {
  readonly treatment: string
  /** Integer of at least 1. */
  readonly weight: number
}
