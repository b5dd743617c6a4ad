import type { CouponOrder } from '@ebb/contracts/winback-api'
import { describe, expect, it } from 'vitest'
import { type JudgedCoupon, judgeCoupon, refusalMessage } from './judge-coupon.ts'

const NOW = 1_000_000
const WALL = 5_000

const coupon: JudgedCoupon = {
  customerId: 'u:1',
  status: 'issued',
  currency: 'USD',
  minimumOrderMinor: 2_500,
  validUntil: NOW + 1,
  reservedUntilWall: null,
}
const order: CouponOrder = { customerId: 'u:1', totalMinor: 2_500, currency: 'USD' }

interface Case {
  readonly coupon?: Partial<JudgedCoupon>
  readonly order?: Partial<CouponOrder>
}

const judged = (...cases: readonly Case[]) =>
  judgeCoupon(
    Object.assign({}, coupon, ...cases.map((each) => each.coupon)),
    Object.assign({}, order, ...cases.map((each) => each.order)),
    { now: NOW, wallNow: WALL },
  )

/** In the order in which they are told; a coupon has one status, so the first three exclude others. */
const REFUSALS = [
  ['WRONG_CUSTOMER', { order: { customerId: 'u:2' } }],
  ['ALREADY_REDEEMED', { coupon: { status: 'redeemed' } }],
  ['CANCELLED', { coupon: { status: 'cancelled' } }],
  ['EXPIRED', { coupon: { validUntil: NOW } }],
  ['RESERVED', { coupon: { reservedUntilWall: WALL + 1 } }],
  ['WRONG_CURRENCY', { order: { currency: 'EUR' } }],
  ['BELOW_MINIMUM_ORDER', { order: { totalMinor: 2_499 } }],
] as const

describe('a coupon', () => {
  it('is taken where nothing speaks against it', () => {
    expect(judged()).toBeUndefined()
  })

  it.each(REFUSALS)('is refused by itself: %s', (reason, only) => {
    expect(judged(only)).toBe(reason)
  })

  it.each(REFUSALS.map(([reason], index) => [reason, index] as const))(
    'is refused for %s before all that follows it',
    (reason, index) => {
      // Later statuses would overwrite an earlier one.
      const all = REFUSALS.slice(index).map(([, only]): Case => only)
      expect(judged(...all.toReversed())).toBe(reason)
    },
  )

  it.each([
    ['no minimum', { coupon: { minimumOrderMinor: null }, order: { totalMinor: 0 } }],
    ['a reservation that is over', { coupon: { reservedUntilWall: WALL } }],
  ])('is taken with %s', (_, only: Case) => {
    expect(judged(only)).toBeUndefined()
  })

  it('that was ended as expired stays so, whatever its date', () => {
    expect(judged({ coupon: { status: 'expired' } })).toBe('EXPIRED')
  })

  it('tells a stranger nothing of it', () => {
    for (const [, only] of REFUSALS)
      expect(judged(only, { order: { customerId: 'u:2' } })).toBe('WRONG_CUSTOMER')
  })
})

describe('what people are told of a refusal', () => {
  it.each([...REFUSALS.map(([reason]) => reason), 'MALFORMED_CODE', 'UNKNOWN_CODE'] as const)(
    'is a sentence for %s',
    (reason) => {
      expect(refusalMessage(reason)).toMatch(/^[A-Z].+\.$/)
    },
  )
})
