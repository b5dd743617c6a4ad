import { describe, expect, test } from 'vitest'
import { answerTo } from './answer-offer.ts'
import { DAY_MS } from './habit.ts'
import { type Leaver, lastingLeavers, leavers, offerTo, SHOP } from './offer-fixture.ts'
import { treatedBy, trueEffect } from './true-effect.ts'

const { effect, windowDays } = SHOP.offers
/** The last silence of each, so that each is there once. */
const onceEach = (list: Leaver[]) =>
  [...Map.groupBy(list, ({ index }) => index).values()].map((own) => own.at(-1)!)
const LASTING = onceEach(lastingLeavers(2_000, 25))
const coupons = LASTING.map((leaver) => offerTo(leaver, { afterDays: 25 }))

describe('the true effect', () => {
  test('is the expected share of the shop’s own probabilities, in all and by segment', () => {
    const { all, bySegment } = trueEffect(SHOP, treatedBy(coupons), windowDays)
    expect(all.shoppers).toBe(LASTING.length)
    const probabilities = LASTING.map(({ silence }) => effect.coupon[silence.cause])
    const expected = probabilities.reduce((sum, p) => sum + p, 0)
    const error = Math.sqrt(probabilities.reduce((sum, p) => sum + p * (1 - p), 0))
    expect(Math.abs(all.broughtBack - expected)).toBeLessThan(4 * error)
    expect(all.share).toBe(all.broughtBack / all.shoppers)
    const parts = Object.values(bySegment)
    expect(parts.reduce((sum, { shoppers }) => sum + shoppers, 0)).toBe(all.shoppers)
    expect(parts.reduce((sum, { broughtBack }) => sum + broughtBack, 0)).toBe(all.broughtBack)
    expect(bySegment.NATURAL_END!.broughtBack).toBe(0)
    expect(bySegment.PRICE!.share).toBeGreaterThan(bySegment.NONE!.share)
  })

  test('leaves out who would have ordered within the window anyway', () => {
    const coming = onceEach(
      leavers(1_000).filter(({ silence: { from, returnsAt = 0 } }) => {
        const decidedAt = from + 20 * DAY_MS
        return returnsAt > decidedAt && returnsAt <= decidedAt + windowDays * DAY_MS
      }),
    )
    const offers = coming.map((leaver) => offerTo(leaver, { afterDays: 20, code: 'C' }))
    expect(offers.some((offer) => answerTo(SHOP, offer) !== undefined)).toBe(true)
    const { all } = trueEffect(SHOP, treatedBy(offers), windowDays)
    expect(all).toEqual({ shoppers: coming.length, broughtBack: 0, share: 0 })
  })

  test('counts orders within the window behind the first decision alone', () => {
    const brought = coupons.filter((offer) => answerTo(SHOP, offer) !== undefined)
    const shareWithin = (days: number) => trueEffect(SHOP, treatedBy(brought), days).all.share
    expect(shareWithin(windowDays)).toBe(1)
    expect(shareWithin(4)).toBeGreaterThan(0)
    expect(shareWithin(4)).toBeLessThan(1)
    expect(shareWithin(0.01)).toBe(0)
    const earlier = treatedBy(brought).map((treated) => ({
      ...treated,
      decidedAt: treated.decidedAt - 40 * DAY_MS,
    }))
    expect(trueEffect(SHOP, earlier, windowDays).all.broughtBack).toBe(0)
  })

  test('counts a shopper once, whichever of the offers it was', () => {
    const twice = LASTING.flatMap((leaver, i) => [
      offerTo(leaver, { afterDays: 25, decisionId: `first ${i}` }),
      offerTo(leaver, { afterDays: 28, decisionId: `second ${i}` }),
    ])
    const { all } = trueEffect(SHOP, treatedBy(twice), windowDays)
    const isAnswered = twice.map((offer) => answerTo(SHOP, offer) !== undefined)
    const either = LASTING.filter((_, i) => isAnswered[2 * i] || isAnswered[2 * i + 1])
    expect(either.length).toBeLessThan(isAnswered.filter(Boolean).length)
    expect(all).toMatchObject({ shoppers: LASTING.length, broughtBack: either.length })
  })

  test('is diluted by who was to be treated and got nothing', () => {
    const without = treatedBy(coupons).map((treated) => ({ ...treated, offers: [] }))
    expect(trueEffect(SHOP, without, windowDays).all).toMatchObject({
      ...{ shoppers: LASTING.length, broughtBack: 0 },
    })
    expect(trueEffect(SHOP, [], windowDays)).toEqual({
      all: { shoppers: 0, broughtBack: 0, share: 0 },
      bySegment: {},
    })
  })
})
