import type { WinbackSummary } from '@ebb/contracts/winback-api'
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

/** What the simulation knows, and what Ebb measured. */
export interface EffectSources {
  readonly shop: ShopSpec
  /** All that were made. */
  readonly offers: readonly Offer[]
  readonly measured: MeasuredArms
  /** Clock of the shop, ms. */
  readonly now: number
}

/**
 * The effect of the win-backs as the simulation knows it, beside the lift that Ebb measured, both of
 * the customers whose window is over.
 */
export const effectLines = ({ shop, offers, measured, now }: EffectSources): string[] => {
  const { windowDays } = measured.summary.experiment
  const treated = treatedShoppers(measured, offers).filter(
    ({ decidedAt }) => decidedAt + windowDays * DAY_MS <= now,
  )
  const effects = trueEffect(shop, treated, windowDays)
  const { shoppers, broughtBack, share } = effects.all
  return [
    `The truth of this simulation: of ${shoppers} treated customers whose ${windowDays} days are ` +
      `over, ${broughtBack} (${percent(share)}) ordered only because of an offer.`,
    ...(shoppers === 0 ? [] : [`  by why they had left: ${segmentsOf(effects)}`]),
    `What Ebb measured: ${told(measured.summary.experiment)}.`,
  ]
}

/** By first decision: who got no offer, as there was no money left, counts as treated all the same. */
const treatedShoppers = ({ treated }: MeasuredArms, offers: readonly Offer[]): TreatedShopper[] => {
  const made = Map.groupBy(offers, ({ userId }) => userId)
  return [...Map.groupBy(treated, ({ customerId }) => customerId)].map(([key, decisions]) => {
    const userId = key.replace(/^u:/, '')
    const decidedAt = Math.min(...decisions.map((decision) => Date.parse(decision.decidedAt)))
    return { userId, decidedAt, offers: made.get(userId) ?? [] }
  })
}

const segmentsOf = ({ bySegment }: TrueEffects): string =>
  Object.entries(bySegment)
    .toSorted(([, left], [, right]) => right.share - left.share)
    .map(([segment, { broughtBack, shoppers }]: [string, TrueEffect]) =>
      segment === 'NOT_AWAY'
        ? `not left at all ${broughtBack} of ${shoppers}`
        : `${segment} ${broughtBack} of ${shoppers}`,
    )
    .join(', ')

type Experiment = WinbackSummary['experiment']

const told = ({ arms, lift, notEnough }: Experiment): string => {
  if (lift === undefined) return `not enough data yet (${notEnough})`
  const shares = arms.map(
    ({ arm, customers, returned }) =>
      `${percent(returned / customers)} of ${customers} ${arm === 'treated' ? arm : 'held out'}`,
  )
  const [points, from, until] = [lift.returned, lift.from, lift.until].map(hundredths)
  return (
    `${shares.join(' and ')} ordered: ${points} points more ` +
    `(95 % interval ${from} to ${until})`
  )
}

const percent = (share: number): string => `${hundredths(share)} %`

const hundredths = (share: number): string => (100 * share).toFixed(1)
