/**
 * What the fold reads of a canonical event. Instants are whole ms since 1970-01-01T00:00:00Z,
 * money is whole minor units of the shop's base currency and never negative.
 */
export interface CustomerEvent {
  /** Copies of one event carry one id. */
  readonly id: string
  readonly type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias'
  /** Canonical name of a `track` event; the name of a page is free text and is not kept. */
  readonly name: string
  readonly customer: { readonly userId?: string; readonly anonymousId?: string }
  /** Greater means more trusted; a whole number. */
  readonly sourceRank: number
  readonly occurredAt: number
  readonly order?: {
    /** Absent only on a refund that names no order. */
    readonly id?: string
    /** Of the order, or on a refund what is paid back; absent where it is unknown. */
    readonly amountMinor?: number
    /** Absent: the event's own id stands for the refund. */
    readonly refundId?: string
  }
  /** Stars of a review or an answer. */
  readonly rating?: number
  readonly consent?: { readonly analytics?: boolean; readonly marketing?: boolean }
}

/** The partition in which an event is read. */
export interface Moment {
  /** Largest tick read so far, in ms; 0 before the first. */
  readonly clock: number
  /** IANA name of the shop's time zone: it decides on which day an event falls. */
  readonly timeZone: string
}
