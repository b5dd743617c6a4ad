import type { TruthView } from '@ebb/contracts/dashboard-api'
import { DAY_MS } from '@ebb/customer/calendar'
import type { Offer } from '@ebb/simulator/answer-offer'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import {
  type TreatedShopper,
  type TrueEffect,
  type TrueEffects,
  trueEffect,
} from '@ebb/simulator/true-effect'
import type { MeasuredArms } from './measured-arms.ts'

/** What the simulation knows, and whom Ebb treated. */
export interface EffectSources {
  readonly shop: ShopSpec
  /** All that were made. */
  readonly offers: readonly Offer[]
  readonly measured: MeasuredArms
  /** Clock of the shop, ms. */
  readonly now: number
}

/** The effect of the win-backs as the simulation knows it, of the customers whose window is over. */
export const trueEffects = ({ shop, offers, measured, now }: EffectSources): TruthView => {
  const { windowDays } = measured.summary.experiment
  const treated = treatedShoppers(measured, offers).filter(
    ({ decidedAt }) => decidedAt + windowDays * DAY_MS <= now,
  )
  const { all, bySegment } = trueEffect(shop, treated, windowDays)
  const byCause = (Object.entries(bySegment) as [Segment, TrueEffect][])
    .toSorted(([, left], [, right]) => right.share - left.share)
    .map(([segment, effect]) => ({ cause: causeOf(segment), ...counted(effect) }))
  return { windowDays, all: counted(all), byCause }
}

type Segment = keyof TrueEffects['bySegment']

/** `NONE` is a reason that nobody could know. */
const causeOf = (segment: Segment): TruthView['byCause'][number]['cause'] =>
  segment === 'NONE' ? 'UNKNOWN' : segment

const counted = ({ shoppers, broughtBack }: TrueEffect) => ({ shoppers, broughtBack })

/** By first decision: who got no offer, as there was no money left, counts as treated all the same. */
const treatedShoppers = ({ treated }: MeasuredArms, offers: readonly Offer[]): TreatedShopper[] => {
  const made = Map.groupBy(offers, ({ userId }) => userId)
  return [...Map.groupBy(treated, ({ customerId }) => customerId)].map(([key, decisions]) => {
    const userId = key.replace(/^u:/, '')
    const decidedAt = Math.min(...decisions.map((decision) => Date.parse(decision.decidedAt)))
    return { userId, decidedAt, offers: made.get(userId) ?? [] }
  })
}
