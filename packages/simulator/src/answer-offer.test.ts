import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerTo, type Offer, standingAt } from './answer-offer.ts'
import { DAY_MS, HOUR_MS } from './habit.ts'
import { KINDS, lastingLeavers, leavers, offerTo, SHOP } from './offer-fixture.ts'
import { purchasesOf } from './purchase-history.ts'
import type { Cause, OfferKind } from './shop-spec.ts'
import { shopperOf } from './shopper.ts'

const { effect, delay, windowDays, couponUseAnyway } = SHOP.offers
const CAUSES = Object.keys(SHOP.causes) as Cause[]
const LEAVERS = leavers(400)
const ordersOf = (index: number) => [...purchasesOf(SHOP, shopperOf(SHOP, index))]

/** Any offer at any time in the life of somebody, whether they are away or not. */
const arbitraryOffer: fc.Arbitrary<Offer> = fc
  .record({
    index: fc.nat(300),
    day: fc.double({ min: 0, max: 400, noNaN: true }),
    quietHours: fc.integer({ min: 0, max: 11 }),
    kind: fc.constantFrom(...KINDS),
    decisionId: fc.string(),
    code: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  })
  .map(({ index, day, quietHours, kind, decisionId, code }) => {
    const decidedAt = Math.round(shopperOf(SHOP, index).joinsAt + day * DAY_MS)
    const at = decidedAt + quietHours * HOUR_MS
    const userId = `shopper-${index}`
    return { decisionId, userId, kind, decidedAt, at, ...(code !== undefined && { code }) }
  })

describe('the answer to an offer', () => {
  test('follows from the shop and the offer alone', () => {
    fc.assert(
      fc.property(arbitraryOffer, (offer) => {
        expect(answerTo(structuredClone(SHOP), { ...offer })).toEqual(answerTo(SHOP, offer))
      }),
    )
  })

  test('is an order of their own in the window, or one more where there is none', () => {
    fc.assert(
      fc.property(arbitraryOffer, (offer) => {
        const answer = answerTo(SHOP, offer)
        const until = offer.decidedAt + windowDays * DAY_MS
        const own = ordersOf(Number(offer.userId.slice(8))).find(({ at }) => at > offer.decidedAt)
        if (answer === undefined) return
        if (answer.anyway === undefined) {
          expect(own?.at ?? Number.POSITIVE_INFINITY).toBeGreaterThan(until)
          expect(answer.at).toBeGreaterThan(offer.at)
          expect(answer.at).toBeLessThan(offer.at + (delay.latestDays + 4) * DAY_MS)
          expect(answer.at).toBeLessThan(until)
          expect(answer.orderId).toContain(offer.decisionId)
        } else {
          expect(answer.anyway).toEqual(own)
          expect(answer).toMatchObject({ orderId: own!.orderId, at: own!.at + DAY_MS })
          expect(offer.code).toBeDefined()
          expect(own!.at).toBeGreaterThan(offer.at)
          expect(own!.at).toBeLessThanOrEqual(until)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('is nothing while they have not left, unless a coupon is of use to them', () => {
    fc.assert(
      fc.property(arbitraryOffer, (offer) => {
        fc.pre(standingAt(SHOP, offer)?.cause === undefined)
        expect(answerTo(SHOP, offer)?.anyway === undefined).toBe(
          answerTo(SHOP, offer) === undefined,
        )
      }),
      { numRuns: 500 },
    )
  })

  test('is nothing from somebody who is back before it reaches them', () => {
    const returning = LEAVERS.filter(({ silence }) => silence.returnsAt !== undefined)
    for (const leaver of returning) {
      const { returnsAt } = leaver.silence
      const decidedAt = returnsAt! - 2 * HOUR_MS
      const late = { afterDays: 0, decidedAt, at: returnsAt!, code: 'C' }
      for (const kind of KINDS)
        expect(answerTo(SHOP, offerTo(leaver, { ...late, kind }))).toBeUndefined()
    }
    expect(returning.length).toBeGreaterThan(50)
  })

  test.each(['me', 'shopper-', 'shopper-01', 'shopper-1 ', 'shopper-1e3', 'u:shopper-1'])(
    'is nothing from %j, who is nobody of this shop',
    (userId) => {
      const leaver = LEAVERS[0]!
      expect(standingAt(SHOP, offerTo(leaver, { afterDays: 25, userId }))).toBeUndefined()
      expect(answerTo(SHOP, offerTo(leaver, { afterDays: 25, userId }))).toBeUndefined()
    },
  )

  test('is nothing from somebody who has not ordered yet', () => {
    const { joinsAt } = shopperOf(SHOP, 3)
    const offer = offerTo(LEAVERS[0]!, { afterDays: 0, userId: 'shopper-3', decidedAt: joinsAt })
    expect(answerTo(SHOP, { ...offer, at: joinsAt, code: 'C' })).toBeUndefined()
  })
})

/** The share among these comes from this probability: within four standard errors. */
const expectShare = (isHit: readonly boolean[], probability: number, what: string) => {
  const share = isHit.filter(Boolean).length / isHit.length
  const fourErrors = 4 * Math.sqrt((probability * (1 - probability)) / isHit.length)
  expect(Math.abs(share - probability), what).toBeLessThanOrEqual(fourErrors)
}

describe('the known effect', () => {
  const AFTER_DAYS = 25
  const lasting = lastingLeavers(2_200, AFTER_DAYS)
  const offered = KINDS.flatMap((kind) =>
    lasting.map((leaver) => {
      const decisionId = `${kind} ${leaver.index} ${leaver.silence.from}`
      const offer = offerTo(leaver, { afterDays: AFTER_DAYS, kind, decisionId })
      return { kind, cause: leaver.silence.cause, answer: answerTo(SHOP, offer) }
    }),
  )

  test('is what the shop says, for each kind of offer and cause of leaving', () => {
    expect(offered.length).toBeGreaterThan(20_000)
    const cells = Map.groupBy(offered, ({ kind, cause }) => `${kind} ${cause}`)
    expect(cells.size).toBe(KINDS.length * CAUSES.length)
    for (const [cell, offers] of cells) {
      const [kind, cause] = cell.split(' ') as [OfferKind, Cause]
      const isAnswered = offers.map(({ answer }) => answer !== undefined)
      expectShare(isAnswered, effect[kind][cause], cell)
    }
  })

  test('takes as long as the shop says', () => {
    const days = offered.flatMap(({ answer }) =>
      answer === undefined ? [] : [(answer.at - answer.offer.at) / DAY_MS],
    )
    const mean = days.reduce((sum, value) => sum + value, 0) / days.length
    const { earliestDays, meanExtraDays, latestDays } = delay
    // A little more: people wait for a better day of the week.
    expect(mean).toBeGreaterThan(earliestDays + meanExtraDays)
    expect(mean).toBeLessThan(earliestDays + meanExtraDays + 2)
    expect(latestDays + 4).toBeLessThanOrEqual(windowDays)
  })

  test('is none on who comes anyway, of whom some use the coupon', () => {
    const coming = leavers(3_000).filter(({ silence: { from, returnsAt = 0 } }) => {
      const decidedAt = from + 20 * DAY_MS
      return returnsAt > decidedAt && returnsAt <= decidedAt + windowDays * DAY_MS
    })
    const answers = coming.map((leaver) =>
      answerTo(SHOP, offerTo(leaver, { afterDays: 20, code: 'C' })),
    )
    const used = answers.filter((answer) => answer !== undefined)
    expect(used.every(({ anyway }) => anyway !== undefined)).toBe(true)
    expect(coming.length).toBeGreaterThan(300)
    const isUsed = answers.map((answer) => answer !== undefined)
    expectShare(isUsed, couponUseAnyway, 'coupons used anyway')
    for (const leaver of coming)
      expect(answerTo(SHOP, offerTo(leaver, { afterDays: 20 }))).toBeUndefined()
  })
})
