import { TransientError } from '@ebb/streaming/faults'

/** Where a back end redeems coupons, and by what right. */
export interface Till {
  /** Base address of retention. */
  readonly url: string
  /** A secret key with the scope `coupons:redeem`. */
  readonly key: string
}

/** An order that is paid with a coupon. */
export interface CouponPayment {
  readonly code: string
  readonly userId: string
  readonly orderId: string
  readonly totalMinor: number
  readonly currency: string
}

/**
 * Redeems a coupon as the back end of a shop does: the order's id is the Idempotency-Key, so a
 * repetition gets the first answer. Returns what it takes off, in minor units; `undefined` where the
 * coupon is refused, or is a second one for the same order. Throws a `TransientError` where no answer comes, and an `Error` with the answer
 * where the request itself is wrong.
 */
export const redeemCoupon = async (
  { url, key }: Till,
  { code, ...order }: CouponPayment,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const path = `/v1/coupons/${encodeURIComponent(code)}/redemptions`
  const { status, text } = await answerOf(`${url}${path}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      'idempotency-key': order.orderId,
    },
    body: JSON.stringify(order),
    signal,
  })
  if (status === 201) return (JSON.parse(text) as { discountMinor: number }).discountMinor
  if (status === 409 || (status === 422 && text.includes(MISMATCH))) return undefined
  const told = `POST ${path}: ${status} ${text.slice(0, 200)}`
  if (status === 429 || status >= 500) throw new TransientError(AWAY, told)
  throw new Error(told)
}

/** The order's id was the key of another coupon. */
const MISMATCH = 'EBB_IDEMPOTENCY_MISMATCH'

const AWAY = 'EBB_RETENTION_AWAY'

const answerOf = async (
  url: string,
  request: RequestInit,
): Promise<{ status: number; text: string }> => {
  try {
    const response = await fetch(url, request)
    return { status: response.status, text: await response.text() }
  } catch (cause) {
    throw new TransientError(AWAY, `retention does not answer: ${url}`, { cause })
  }
}
