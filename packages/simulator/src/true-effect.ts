import { answerTo, type Offer, type Standing, standingAt } from './answer-offer.ts'
import { DAY_MS } from './habit.ts'
import type { Cause, ShopSpec } from './shop-spec.ts'

/** Somebody who is treated, from their first decision on. */
export type TreatedShopper = {
  userId: string
  /** Of the first one, ms since 1970. */
  decidedAt: number
  /** All that were made; none where there was no money left. */
  offers: readonly Offer[]
}

/** Treated shoppers by why they left; `NOT_AWAY`: they did not. */
type EffectSegment = Cause | 'NOT_AWAY'

/** What offers did. */
export type TrueEffect = {
  shoppers: number
  /** Those who ordered within the window, and would not have without the offers. */
  broughtBack: number
  /** Those of all: 0 where there is nobody. */
  share: number
}

/** What they did in all, and to whom; segments without anybody are left out. */
export type TrueEffects = {
  all: TrueEffect
  bySegment: Partial<Record<EffectSegment, TrueEffect>>
}

/** One entry a shopper, for those who got an offer. */
export const treatedBy = (offers: Iterable<Offer>): TreatedShopper[] =>
  [...Map.groupBy(offers, ({ userId }) => userId)].map(([userId, own]) => ({
    userId,
    decidedAt: Math.min(...own.map(({ decidedAt }) => decidedAt)),
    offers: own,
  }))

/**
 * What was brought about among the treated, as an experiment would measure it if it could see both
 * what happened and what would have happened: the share who place an order within `windowDays` of
 * their first decision only because of an offer. Segments are as of that decision.
 */
export const trueEffect = (
  shop: ShopSpec,
  treated: readonly TreatedShopper[],
  windowDays: number,
): TrueEffects => {
  const judged = treated.map((shopper) => judge(shop, shopper, windowDays))
  const bySegment = [...Map.groupBy(judged, ({ segment }) => segment)].map(
    ([segment, members]) => [segment, summed(members)] as const,
  )
  return { all: summed(judged), bySegment: Object.fromEntries(bySegment) }
}

type Judged = { segment: EffectSegment; isBroughtBack: boolean }

const summed = (members: readonly Judged[]): TrueEffect => {
  const shoppers = members.length
  const broughtBack = members.filter(({ isBroughtBack }) => isBroughtBack).length
  return { shoppers, broughtBack, share: shoppers === 0 ? 0 : broughtBack / shoppers }
}

const judge = (shop: ShopSpec, treated: TreatedShopper, windowDays: number): Judged => {
  const { userId, decidedAt, offers } = treated
  const until = decidedAt + windowDays * DAY_MS
  const standing = standingAt(shop, { userId, decidedAt, at: decidedAt })
  const comesAnyway = (standing?.next?.at ?? Number.POSITIVE_INFINITY) <= until
  return {
    segment: segmentOf(standing),
    isBroughtBack: !comesAnyway && offers.some((offer) => isOrderedFor(shop, offer, until)),
  }
}

const segmentOf = (standing: Standing | undefined): EffectSegment => standing?.cause ?? 'NOT_AWAY'

const isOrderedFor = (shop: ShopSpec, offer: Offer, until: number): boolean => {
  const answer = answerTo(shop, offer)
  return answer !== undefined && answer.anyway === undefined && answer.at <= until
}
