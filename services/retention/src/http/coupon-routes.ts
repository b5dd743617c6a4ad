import { randomUUID } from 'node:crypto'
import { isStorable } from '@ebb/contracts/storable-text'
import type { CouponOrder } from '@ebb/contracts/winback-api'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import type { AccessKeys, KeyGrant } from '@ebb/runtime/access-keys'
import { requireScope } from '@ebb/runtime/authorise'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { bodyReader } from '@ebb/runtime/read-body'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { greatestDiscountOf } from '../coupon/discount.ts'
import {
  DESK_LIMITS,
  type Refused,
  redeemCoupon,
  releaseReservation,
  reserveCoupon,
  rollBackRedemption,
  validateCoupon,
} from '../coupon-desk/coupon-desk.ts'
import type { TwoClocks } from '../ledger/coupons.ts'
import {
  RedemptionBody,
  ReservationBody,
  SCOPE_COUPONS_REDEEM,
  ValidationBody,
} from './coupon-operations.ts'
import { type Answer, answerOnce, forgetRedemption } from './idempotency.ts'
import { wrongCodeLimit } from './wrong-code-limit.ts'

/** What the routes work with. */
export interface CouponRoutesPorts {
  readonly postgres: Postgres
  readonly keys: AccessKeys
  /** Validity of coupons. */
  readonly clock: ProcessClock
}

const RESERVED_FOR_S = 900

const readValidation = bodyReader(ValidationBody, 'docs/coupons.md')
const readReservation = bodyReader(ReservationBody, 'docs/coupons.md')
const readRedemption = bodyReader(RedemptionBody, 'docs/coupons.md')

/**
 * What the back end of a storefront asks for: `POST /v1/coupons/:code/validate`, `/reservations` and
 * `/redemptions`, `DELETE /v1/reservations/:id` and `/v1/redemptions/:id`. Needs a secret key with
 * the scope `coupons:redeem`.
 */
export const couponRoutes = (app: FastifyInstance, ports: CouponRoutesPorts): void => {
  const limit = wrongCodeLimit(() => wallClock.now())
  const authorise = (request: FastifyRequest): KeyGrant => {
    const grant = requireScope(request, ports.keys, SCOPE_COUPONS_REDEEM)
    limit.check(grant.id)
    return grant
  }
  const heed = <T extends object>(grant: KeyGrant, verdict: T): T => {
    if ('reason' in verdict && GUESSES.has(verdict.reason)) limit.count(grant.id)
    return verdict
  }
  const at = (): TwoClocks => ({ now: ports.clock.now(), wallNow: wallClock.now() })

  app.post<{ Params: { code: string } }>('/v1/coupons/:code/validate', async (request) => {
    const grant = authorise(request)
    const order = orderOf(readValidation(request.body))
    const { code } = request.params
    return heed(grant, await validateCoupon(ports.postgres, { code, order }, at()))
  })

  app.post<{ Params: { code: string } }>(
    '/v1/coupons/:code/reservations',
    async (request, reply) => {
      const grant = authorise(request)
      const body = readReservation(request.body)
      const asked = { code: request.params.code, order: orderOf(body), id: randomUUID() }
      const forMs = (body.seconds ?? RESERVED_FOR_S) * 1_000
      const made = await ports.postgres.transaction(
        (tx) => reserveCoupon(tx, { ...asked, forMs }, at()),
        DESK_LIMITS,
      )
      return send(reply, answerOf(heed(grant, made)))
    },
  )

  app.post<{ Params: { code: string } }>(
    '/v1/coupons/:code/redemptions',
    async (request, reply) => {
      const grant = authorise(request)
      const { reservationId, ...body } = readRedemption(request.body)
      const { code } = request.params
      const repeatable = {
        keyId: grant.id,
        idempotencyKey: idempotencyKeyOf(request),
        // Named one by one: a sender may write its fields in another order the next time.
        asked: [
          ...[code, reservationId, body.userId, body.customerId, body.orderId],
          ...[body.totalMinor, body.currency],
        ],
        wallNow: wallClock.now(),
      }
      const redemption = { code, order: orderOf(body), id: randomUUID() }
      const answer = await answerOnce(ports.postgres, repeatable, async (tx) =>
        answerOf(
          heed(
            grant,
            await redeemCoupon(
              tx,
              { ...redemption, ...(reservationId !== undefined && { reservationId }) },
              at(),
            ),
          ),
        ),
      )
      return send(reply, answer)
    },
  )

  app.delete<{ Params: { id: string } }>('/v1/reservations/:id', async (request, reply) => {
    authorise(request)
    const { id } = request.params
    const release = (tx: Transaction) => releaseReservation(tx, id)
    const isGone = isStorable(id) && (await ports.postgres.transaction(release, DESK_LIMITS))
    return isGone ? reply.code(204).send() : Promise.reject(noSuch('reservation', id))
  })

  app.delete<{ Params: { id: string } }>('/v1/redemptions/:id', async (request, reply) => {
    authorise(request)
    const { id } = request.params
    if (!isStorable(id)) throw noSuch('redemption', id)
    const isBack = await ports.postgres.transaction(async (tx) => {
      await forgetRedemption(tx, id)
      return rollBackRedemption(tx, id, ({ discount }) => greatestDiscountOf(discount))
    }, DESK_LIMITS)
    return isBack ? reply.code(204).send() : Promise.reject(noSuch('redemption', id))
  })
}

const GUESSES: ReadonlySet<unknown> = new Set(['UNKNOWN_CODE', 'MALFORMED_CODE'])

interface OrderBody {
  readonly customerId?: string
  readonly userId?: string
  readonly orderId?: string
  readonly totalMinor: number
  readonly currency: string
}

const orderOf = ({ customerId, userId, ...order }: OrderBody): CouponOrder => {
  if ((customerId === undefined) !== (userId === undefined))
    return { ...order, customerId: customerId ?? `u:${userId}` }
  const what = 'The request must name the customer: by customerId or by userId, and not by both'
  const fix = 'Send userId as the storefront sends it with its events, or customerId as `u:42`'
  throw new CodedError('EBB_REQUEST_INVALID', { what, where: 'body', fix }, { status: 422 })
}

const idempotencyKeyOf = ({ headers }: FastifyRequest): string => {
  const key = headers['idempotency-key']
  if (typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY) return key
  const what = 'A redemption needs an Idempotency-Key of 1 to 255 characters'
  const fix = 'Send one that is the same when this redemption is sent again, such as the order id'
  throw new CodedError(
    'EBB_IDEMPOTENCY_MISSING',
    { what, where: 'Idempotency-Key header', fix },
    { status: 400 },
  )
}

const LONGEST_KEY = 255

/** 201 with what was made, or 409 with the reason why nothing was. */
const answerOf = (made: object | Refused): Answer =>
  'reason' in made ? { status: 409, body: made } : { status: 201, body: made }

const send = (reply: FastifyReply, { status, body }: Answer): FastifyReply =>
  reply.code(status).send(body)

const noSuch = (what: 'reservation' | 'redemption', id: string): CodedError =>
  new CodedError(
    'EBB_COUPON_NOT_HELD',
    {
      what: `There is no such ${what}, or it is over`,
      where: id,
      fix: `Take the ${what}Id of the answer that made it`,
    },
    { status: 404 },
  )
