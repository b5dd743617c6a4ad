import { IsoInstant, Minor } from '@ebb/contracts/api-view'
import type { Operation, Operations } from '@ebb/contracts/openapi'
import { StorableText } from '@ebb/contracts/storable-text'
import { CouponRefusal, CouponVerdict } from '@ebb/contracts/winback-api'
import Type from 'typebox'

/** Lets a back end validate, reserve, redeem and roll back coupons. */
export const SCOPE_COUPONS_REDEEM = 'coupons:redeem'

const LONGEST_RESERVATION_S = 3_600

const Order = {
  /** The customer key, `u:` and the user id; or the user id alone, below. */
  customerId: Type.Optional(StorableText(258)),
  userId: Type.Optional(StorableText(256)),
  totalMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
}
const OrderId = StorableText(256)

/** The body of `POST /v1/coupons/:code/validate`. */
export const ValidationBody = Type.Object({ ...Order, orderId: Type.Optional(OrderId) })

/** The body of `POST /v1/coupons/:code/reservations`. */
export const ReservationBody = Type.Object({
  ...Order,
  orderId: Type.Optional(OrderId),
  seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_RESERVATION_S })),
})

/** The body of `POST /v1/coupons/:code/redemptions`. */
export const RedemptionBody = Type.Object({
  ...Order,
  orderId: OrderId,
  reservationId: Type.Optional(StorableText(256)),
})

const NotTaken = Type.Object({ reason: CouponRefusal, message: Type.String() })

const CODE = {
  code: { what: 'as people type it', schema: Type.String(), example: 'VQZJB3-S7QF16-VDX2BZ' },
}
const CART = { userId: '23', totalMinor: 4_990, currency: 'USD' }

const shared = {
  access: { by: 'secretKey', needs: [SCOPE_COUPONS_REDEEM] },
} satisfies Partial<Operation>
const refusals = {
  422: 'the body cannot be used',
  429: 'too many wrong codes within a minute',
}

const idOf = (made: string) => ({
  id: {
    what: `the ${made}Id of the answer that made it`,
    schema: Type.String(),
    example: '30ccf6b0-c44b-41d2-8172-daf861cd821f',
  },
})

/** What the back end of a storefront may ask. */
export const COUPON_OPERATIONS: Operations = {
  'POST /v1/coupons/:code/validate': {
    what: 'What a coupon is worth for an order; changes nothing. `userId` or `customerId`, not both',
    ...shared,
    path: CODE,
    body: { schema: ValidationBody, examples: { cart: CART } },
    answers: { 200: { what: 'its worth, or why it is not taken', schema: CouponVerdict } },
    refusals,
  },
  'POST /v1/coupons/:code/reservations': {
    what: 'Holds a coupon for one order, 900 seconds unless told otherwise',
    ...shared,
    path: CODE,
    body: { schema: ReservationBody, examples: { cart: { ...CART, seconds: 600 } } },
    answers: {
      201: {
        what: 'held',
        schema: Type.Object({
          reservationId: Type.String(),
          expiresAt: IsoInstant,
          discountMinor: Minor,
        }),
      },
      409: { what: 'why it is not taken', schema: NotTaken },
    },
    refusals,
  },
  'POST /v1/coupons/:code/redemptions': {
    what: 'Takes a coupon for an order, once',
    ...shared,
    path: CODE,
    headers: {
      'Idempotency-Key': {
        what: 'the same when the request is sent again, such as the order id',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
        example: '1001',
        isRequired: true,
      },
    },
    body: { schema: RedemptionBody, examples: { order: { ...CART, orderId: '1001' } } },
    answers: {
      201: {
        what: 'taken; the same answer again to the same request',
        schema: Type.Object({
          redemptionId: Type.String(),
          code: Type.String(),
          orderId: Type.String(),
          discountMinor: Minor,
          currency: Type.String(),
        }),
      },
      409: { what: 'why it is not taken', schema: NotTaken },
    },
    refusals: { 400: 'there is no Idempotency-Key', ...refusals },
  },
  'DELETE /v1/reservations/:id': {
    what: 'Lets go of a coupon',
    ...shared,
    path: idOf('reservation'),
    answers: { 204: { what: 'nobody holds it' } },
    refusals: { 404: 'it is not held, or not any more', 429: refusals[429] },
  },
  'DELETE /v1/redemptions/:id': {
    what: 'Takes a redemption back: the order fell through',
    ...shared,
    path: idOf('redemption'),
    answers: { 204: { what: 'the coupon is good again until it ends' } },
    refusals: { 404: 'there is no such redemption', 429: refusals[429] },
  },
}
