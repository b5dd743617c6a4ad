/**
 * Why a shopper stops ordering. `NONE`: for no reason that anybody could know. PRICE, QUALITY,
 * SERVICE and UX leave friction evidence before the silence; the others leave nothing.
 */
export type Cause =
  | 'PRICE'
  | 'QUALITY'
  | 'SERVICE'
  | 'UX'
  | 'COMPETITOR'
  | 'NEED_CHANGE'
  | 'NATURAL_END'
  | 'NONE'

/** What a shop can offer to somebody who stays away. */
export type OfferKind =
  | 'coupon'
  | 'limited_discount'
  | 'points'
  | 'recommendation'
  | 'exclusive_service'
  | 'support_contact'
  | 'survey'
  | 'service_call'

/** How shoppers answer offers. What an offer brings is known before it is made. */
export type OfferAnswers = {
  /**
   * Probability that somebody who left for a cause orders because of one offer of a kind, given that
   * they would not have ordered within `windowDays` anyway.
   */
  effect: Record<OfferKind, Record<Cause, number>>
  /**
   * From the offer to the order: `earliestDays` ≥ 1 plus Gamma(shape) of mean `meanExtraDays`, at
   * most `latestDays` ≤ `windowDays` − 4; then the next instant that suits the shopper.
   */
  delay: { earliestDays: number; shape: number; meanExtraDays: number; latestDays: number }
  /** Whose own next order comes within so many days of the decision waits with ordering for it. */
  windowDays: number
  /** Probability that they use the coupon for it: cost without effect. */
  couponUseAnyway: number
}

/**
 * A synthetic shop. Everything that happens in it is a function of this record alone.
 * Instants are ms since 1970, habits keep UTC, probabilities are between 0 and 1.
 */
export type ShopSpec = {
  seed: number
  /** Nothing happens before. */
  startAt: number
  /** ISO 4217; prices are the catalogue's figures in this currency. */
  currency: string
  /** Founders join evenly over the first days, a steady trickle after them, for ever. */
  arrivals: { founders: number; foundingDays: number; perDayAfterwards: number }
  /** A shopper's mean number of orders a day ~ Gamma(shape), scaled to `mean` (NBD purchasing). */
  ordersPerDay: { shape: number; mean: number }
  /** Intervals between a shopper's orders ~ Gamma(shape): 1 is Poisson, more is more regular. */
  intervalShape: number
  /** Mean number of visits without an order for each order. */
  visitsPerOrder: number
  /** Basket values: Gamma–Gamma (Fader and Hardie), mean p·v/(q−1) in major units. */
  spend: { p: number; q: number; v: number }
  marketingConsentShare: number
  /** Probability to leave after any order: a shopper’s own, ~ Beta(a, b), at least `floor` > 0. */
  dropout: { a: number; b: number; floor: number }
  /** Relative weights of the causes of leaving. */
  causes: Record<Cause, number>
  /** A leaver returns with this probability, 21 days after leaving plus Gamma(2) of this mean. */
  returns: { share: number; meanExtraDays: number }
  /** What also befalls shoppers without making them leave. */
  incidents: {
    /** Of each order, at most one of these. */
    perOrder: {
      cancelled: number
      deliveryLate: number
      ticketResolved: number
      partialRefund: number
      friendlyReview: number
    }
    /** Of each order: refused first, accepted on the second try; a coupon refused, order placed. */
    paymentFailed: number
    couponDenied: number
    /** Of each visit without an order. */
    pageError: number
  }
  offers: OfferAnswers
}
