import type { CouponRefusal, CouponView, DecisionView } from '@ebb/contracts/winback-api'
import { format, words } from '../language/language.ts'

/** What a coupon takes off, in words. */
export const discountText = ({ discount }: Pick<CouponView, 'discount'>): string => {
  const { decisions } = words.value
  const written = format.value
  return discount.kind === 'percent'
    ? decisions.percentOff(
        written.percent(discount.percent / 100),
        written.money(discount.maximumMinor),
      )
    : decisions.amountOff(written.money(discount.amountMinor))
}

/** What was decided: the treatment, what it would have been, or nothing. */
export const offerText = ({ treatment, status, coupon }: DecisionView): string => {
  const w = words.value
  if (treatment === undefined) return w.common.none
  const name = w.treatment[treatment.kind]
  if (status === 'none') return w.decisions.wouldBe(name)
  return coupon ? `${name}: ${discountText(coupon)}` : name
}

/** Why a shop would refuse a coupon as it stands; undefined where it would not. */
export const refusalOf = ({ status }: Pick<CouponView, 'status'>): CouponRefusal | undefined =>
  REFUSALS[status]

const REFUSALS: { readonly [status in CouponView['status']]: CouponRefusal | undefined } = {
  issued: undefined,
  reserved: 'RESERVED',
  redeemed: 'ALREADY_REDEEMED',
  expired: 'EXPIRED',
  cancelled: 'CANCELLED',
}
