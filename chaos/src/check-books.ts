import type { Books } from './books.ts'
import { mustHold } from './check.ts'

/** What books that add up come to. */
export interface BooksCheck {
  readonly decisions: number
  readonly coupons: number
  readonly redeemed: number
  /** Minor units. */
  readonly spentMinor: number
  /** Triggers that were published more than once, under their one id. */
  readonly triggersAgain: number
}

/**
 * Each alert has one decision, each decision that was sent one trigger by its id, each coupon its
 * part of a budget, each redemption one coupon; the dashboard knows each alert once, and each
 * customer as the ledger does. Throws `BrokenPromise`.
 */
export const checkBooks = (books: Books): BooksCheck => {
  checkDecisions(books)
  checkCoupons(books)
  checkRedemptions(books)
  checkBudgets(books)
  checkDashboard(books)
  const { decisions, coupons, redeemed, budgets, triggers } = books
  const sent = new Set(triggers.map(({ decisionId }) => decisionId)).size
  return {
    ...{ decisions: decisions.length, coupons: coupons.length, redeemed: redeemed.size },
    spentMinor: sumOf(budgets.map(({ spentMinor }) => spentMinor)),
    triggersAgain: triggers.length - sent,
  }
}

const checkDecisions = ({ alerts, inbox, decisions, triggers }: Books): void => {
  const idsOf = (all: Books['alerts']) => new Set(all.map(({ alertId }) => alertId))
  checkSame('handled alerts', inbox, idsOf(alerts))
  const silent = alerts.filter(({ kind }) => kind === 'at_risk')
  const decided = decisions.map(({ alertId }) => alertId)
  checkSame('decided alerts', decided, idsOf(silent))
  const sent = decisions.flatMap(({ status, decisionId }) => (status === 'sent' ? decisionId : []))
  const texts = new Map(triggers.map((trigger) => [trigger.decisionId, JSON.stringify(trigger)]))
  checkSame('triggers', [...texts.keys()], new Set(sent))
  const unlike = triggers.filter((each) => texts.get(each.decisionId) !== JSON.stringify(each))
  mustHold(unlike.length === 0, `${unlike.length} triggers say other things under one id`)
}

const checkCoupons = ({ coupons, triggers }: Books): void => {
  const sent = new Map(
    triggers.flatMap(({ decisionId, treatment: { coupon } }) =>
      coupon === undefined ? [] : [[coupon.code, decisionId] as const],
    ),
  )
  const alive = coupons.filter(({ status }) => status !== 'cancelled')
  checkSame(
    'coupons',
    alive.map(({ code }) => code),
    new Set(sent.keys()),
  )
  const strange = alive.filter(({ code, decisionId }) => sent.get(code) !== decisionId)
  mustHold(strange.length === 0, `${strange.length} coupons belong to other decisions`)
}

const checkRedemptions = ({ coupons, redeemed }: Books): void => {
  const taken = coupons.filter(({ status }) => status === 'redeemed')
  checkSame(
    'redeemed coupons',
    taken.map(({ code }) => code),
    new Set(redeemed.keys()),
  )
  const unlike = taken.filter(({ code, redemptionId, orderId, discountMinor }) => {
    const told = redeemed.get(code)!
    return (
      told.redemptionId !== redemptionId ||
      told.orderId !== orderId ||
      told.discountMinor !== discountMinor
    )
  })
  mustHold(unlike.length === 0, `${unlike.length} redemptions are not as they were answered`)
}

const checkBudgets = ({ coupons, budgets }: Books): void => {
  for (const { budgetId, reservedMinor, spentMinor } of budgets) {
    const its = coupons.filter((coupon) => coupon.budgetId === budgetId)
    const committed = (status: string): number =>
      sumOf(its.filter((coupon) => coupon.status === status).map((each) => each.committedMinor))
    const discounts = sumOf(its.map(({ discountMinor }) => discountMinor ?? 0))
    const told = `${budgetId} has ${reservedMinor} reserved and ${spentMinor} spent`
    const expected = `its coupons ${committed('issued')} and ${discounts}`
    const agrees =
      reservedMinor === committed('issued') &&
      spentMinor === committed('redeemed') &&
      spentMinor === discounts
    mustHold(agrees, `${told}, ${expected}`)
  }
}

const checkDashboard = ({ alerts, listed, seen, shown, counted }: Books): void => {
  const raised = new Set(alerts.map(({ alertId }) => alertId))
  checkSame('listed alerts', listed, raised)
  // A copy on the topic is shown again.
  checkSame('alerts of the stream', [...new Set(seen)], raised)
  const again = seen.length - alerts.length
  mustHold(again <= 0, `the stream showed ${again} alerts more than there are on the topic`)
  checkSame('customers', [...shown.keys()], new Set(counted.keys()))
  for (const [id, { orders, gross }] of counted) {
    const told = JSON.stringify(shown.get(id))
    const expected = JSON.stringify({ orders, revenueMinor: gross })
    mustHold(told === expected, `${id} is shown as ${told}, the ledger has ${expected}`)
  }
}

/** Each expected id is there, once, and no other one. */
const checkSame = (what: string, ids: readonly string[], expected: ReadonlySet<string>): void => {
  const there = new Set(ids)
  const missing = [...expected].filter((id) => !there.has(id)).length
  mustHold(missing === 0, `${missing} of ${expected.size} ${what} are missing`)
  const strange = [...there].filter((id) => !expected.has(id)).length
  mustHold(strange === 0, `${strange} ${what} should not be there`)
  mustHold(there.size === ids.length, `${ids.length - there.size} ${what} are there twice`)
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, each) => sum + each, 0)
