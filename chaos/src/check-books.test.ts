import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { expect, test } from 'vitest'
import type { BookedCoupon, Books } from './books.ts'
import { checkBooks } from './check-books.ts'

const alertOf = (alertId: string, kind: AlertRecord['kind'] = 'at_risk'): AlertRecord =>
  ({ alertId, kind }) as AlertRecord

const triggerOf = (decisionId: string, code: string): WinbackRecord =>
  ({ decisionId, treatment: { coupon: { code } } }) as WinbackRecord

const ISSUED: BookedCoupon = {
  ...{ code: 'c1', decisionId: 'd1', status: 'issued', budgetId: 'main', committedMinor: 500 },
  ...{ redemptionId: null, orderId: null, discountMinor: null },
}
const TAKEN = { redemptionId: 'r2', code: 'c2', orderId: 'o2', discountMinor: 400 }
const REDEEMED: BookedCoupon = {
  ...{ ...ISSUED, ...TAKEN, decisionId: 'd2', status: 'redeemed', committedMinor: 400 },
}

/** Two alerts that led to coupons, one that was decided against, and a return; all in order. */
const GOOD: Books = {
  alerts: [alertOf('a1'), alertOf('a2'), alertOf('a3'), alertOf('a4', 'recovered'), alertOf('a1')],
  triggers: [triggerOf('d1', 'c1'), triggerOf('d2', 'c2'), triggerOf('d1', 'c1')],
  inbox: ['a1', 'a2', 'a3', 'a4'],
  decisions: [
    { decisionId: 'd1', alertId: 'a1', status: 'sent' },
    { decisionId: 'd2', alertId: 'a2', status: 'sent' },
    { decisionId: 'd3', alertId: 'a3', status: 'none' },
  ],
  coupons: [ISSUED, REDEEMED],
  budgets: [{ budgetId: 'main', reservedMinor: 500, spentMinor: 400 }],
  redeemed: new Map([['c2', TAKEN]]),
  listed: ['a1', 'a2', 'a3', 'a4'],
  seen: ['a1', 'a2', 'a3', 'a4', 'a1'],
  shown: new Map([['u:ann', { orders: 2, revenueMinor: 9_900 }]]),
  counted: new Map([['u:ann', { orders: 2, gross: 9_900, productViews: 1 }]]),
}

test('books in which all went well keep every promise', () => {
  expect(checkBooks(GOOD)).toEqual({
    ...{ decisions: 3, coupons: 2, redeemed: 1, spentMinor: 400, triggersAgain: 1 },
  })
})

const [first, ...others] = GOOD.decisions
const budget = GOOD.budgets[0]!

test.each<readonly [string, Partial<Books>, RegExp]>([
  ['an alert nobody decided', { decisions: others }, /1 of 3 decided alerts are missing/],
  [
    ...['a second decision', { decisions: [...GOOD.decisions, { ...first!, decisionId: 'd4' }] }],
    ...[/1 decided alerts are there twice/],
  ] as const,
  ['a trigger never sent', { triggers: GOOD.triggers.slice(1, 2) }, /1 of 2 triggers are missing/],
  [
    ...['a trigger of no decision', { triggers: [...GOOD.triggers, triggerOf('d9', 'c9')] }],
    ...[/1 triggers should not be there/],
  ] as const,
  [
    ...['a copy with another coupon', { triggers: [...GOOD.triggers, triggerOf('d1', 'c2')] }],
    ...[/2 triggers say other things/],
  ] as const,
  ['a coupon nobody sent', { coupons: [...GOOD.coupons, { ...ISSUED, code: 'c3' }] }, /1 coupons/],
  ['a redemption that is gone', { coupons: [ISSUED] }, /1 of 2 coupons are missing/],
  [
    ...['a second redemption', { coupons: [ISSUED, { ...REDEEMED, redemptionId: 'r3' }] }],
    ...[/1 redemptions are not as they were answered/],
  ] as const,
  [
    ...['a cent too much', { budgets: [{ ...budget, spentMinor: 401 }] }],
    ...[/500 reserved and 401 spent, its coupons 500 and 400/],
  ] as const,
  ['a cent held back', { budgets: [{ ...budget, reservedMinor: 501 }] }, /main has 501 reserved/],
  ['an alert not listed', { listed: ['a1', 'a2', 'a3'] }, /1 of 4 listed alerts are missing/],
  ['an alert not shown', { seen: ['a1', 'a2', 'a3'] }, /1 of 4 alerts of the stream are missing/],
  ['an alert shown again', { seen: [...GOOD.seen, 'a2'] }, /1 alerts more than there are/],
  [
    ...[
      'an order counted twice',
      { shown: new Map([['u:ann', { orders: 3, revenueMinor: 9_900 }]]) },
    ],
    ...[/u:ann is shown as .*"orders":3/],
  ] as const,
])('%s is noticed', (_what, over, broken) => {
  expect(() => checkBooks({ ...GOOD, ...over })).toThrow(broken)
})
