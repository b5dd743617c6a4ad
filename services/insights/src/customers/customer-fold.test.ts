import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { lightWithVisits } from '@ebb/risk/silence/light-with-visits'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, NOON, rhythmOf, SCORING } from '../insights-fixture.ts'
import {
  type CustomerFeatures,
  foldFeatures,
  type SeenFeatures,
  scoredAnew,
} from './customer-fold.ts'

const seen = (offset: number, over: Partial<FeaturesRecord> = {}, clock = NOON): SeenFeatures => ({
  record: { customerId: 'u:ann', asOf: NOON, rhythm: rhythmOf(40), windows: {}, ...over },
  version: { generation: 0, offset, index: 0 },
  place: { generation: 0, offset: offset * 10 },
  clock,
  holds: [],
})
const foldAll = (all: readonly SeenFeatures[]): CustomerFeatures | undefined =>
  all.reduce<CustomerFeatures | undefined>(
    (before, next) => foldFeatures(before, next, SCORING),
    undefined,
  )

describe('the features of a customer', () => {
  test('keep the place of the rhythm while only something else changes', () => {
    const after = foldAll([seen(1), seen(2, { consent: { marketing: true } }, NOON + 200 * DAY_MS)])
    expect(after).toMatchObject({ consent: { marketing: true }, rhythmPlace: { offset: 10 } })
    expect(after?.stageKnown).toEqual(foldAll([seen(1)])?.stageKnown)
  })

  test('keep where a change before the last order last saw the risk below each tier', () => {
    const later = rhythmOf(40, { repeatDays: 2, orders: 3 })
    const [soon, late] = [NOON - 39 * DAY_MS, NOON + 2_000 * DAY_MS].map((clock) =>
      foldAll([seen(1), seen(2, { rhythm: later }, clock)]),
    )
    const [first, second] = [10, 20].map((offset) => ({ generation: 0, offset }))
    expect(soon?.rhythmPlace).toEqual(second)
    expect(soon?.stageKnown).toEqual({
      place: first,
      there: 0,
      lastBelow: [second, second, second],
    })
    expect(late?.stageKnown).toEqual({ place: first, there: 0, lastBelow: [null, null, null] })
  })

  test('keep what alerts told of who was known before stages had a place, in any generation', () => {
    const inThird = (offset: number, repeatDays: number): SeenFeatures => ({
      ...seen(offset, { rhythm: rhythmOf(40, { repeatDays }) }, NOON + 2_000 * DAY_MS),
      version: { generation: 3, offset, index: 0 },
      place: { generation: 3, offset },
    })
    const known = foldAll([inThird(1, 1)])!
    // As migration 006 left them.
    const place = { generation: 0, offset: 0 }
    const migrated = { ...known, stageKnown: { ...known.stageKnown, place } }
    expect(foldFeatures(migrated, inThird(2, 2), SCORING).stageKnown.place).toEqual(place)
    const rebuilt = foldFeatures({ ...migrated, rhythmPlace: place }, inThird(2, 2), SCORING)
    expect(rebuilt.stageKnown.place).toEqual({ generation: 3, offset: 2 })
  })

  test('begin anew with another last order, and with the stage that a promotion gives silently', () => {
    const other = foldAll([seen(1), seen(2, { rhythm: rhythmOf(20) })])!
    const place = { generation: 0, offset: 20 }
    expect(other.stageKnown).toEqual({ place, there: 0, lastBelow: [null, null, null] })
    const stages = [-1, 0, 1_000].map((days) => {
      const passedUntil = other.crossings!.moderate! + days * DAY_MS
      return scoredAnew(other, { place: { generation: 0, offset: 30 }, passedUntil }, SCORING)
    })
    expect(stages.map(({ stageKnown }) => stageKnown.there)).toEqual([1, 2, 4])
  })

  test('have no money where no window says any', () => {
    expect(foldAll([seen(1)])?.revenueMinor).toBe(0)
    const lifetime = { orders: 1, netMinor: -7 }
    expect(foldAll([seen(1, { windows: { lifetime } })])?.revenueMinor).toBe(-7)
    const more = { windows: { lifetime: { netMinor: 1.8e16 } } }
    expect(foldAll([seen(1, more)])?.revenueMinor).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('say what the horizon would have brought, by what orders brought and the model in force', () => {
    const windows = { lifetime: { netMinor: 5_000 } }
    const paidBack = foldAll([seen(1, { windows }), seen(2, { windows: { lifetime: {} } })])
    const [before, after] = [foldAll([seen(1, { windows })]), paidBack].map(
      (customer) => customer?.horizonRevenue,
    )
    expect([before! > 0, after]).toEqual([true, 0])
    const { rhythm: _, ...visitor } = seen(1).record
    expect(foldAll([{ ...seen(1), record: visitor }])?.horizonRevenue).toBeNull()
    const spend = { kind: 'gamma-gamma', p: 6, q: 4, v: 22.5 } as const
    const promotion = { place: seen(2).place, passedUntil: NOON }
    const anew = scoredAnew(foldAll([seen(1, { windows })])!, promotion, { ...SCORING, spend })
    expect(anew.horizonRevenue).not.toBe(before)
  })

  test('bring light forward by visits where the model knows them, until it has begun', () => {
    const knowing = { ...SCORING, visitPrior: { shape: 2, rate: 16 } }
    const rhythm = rhythmOf(0)
    const visits = { repeatDays: 12, firstAt: NOON - 30 * DAY_MS, lastAt: NOON }
    const lightOf = (lastAt: number) =>
      lightWithVisits({ rhythm, visits: { ...visits, lastAt } }, knowing)
    const [early, late] = [lightOf(NOON), lightOf(NOON + DAY_MS)]
    const fold = (scoring: typeof knowing | typeof SCORING, clock: number) => {
      const first = foldFeatures(undefined, seen(1, { rhythm, visits }), scoring)
      const again = { rhythm, visits: { ...visits, lastAt: NOON + DAY_MS } }
      return foldFeatures(first, seen(2, again, clock), scoring)
    }
    expect([early < late, fold(knowing, NOON).crossings?.light]).toEqual([true, late])
    expect(fold(knowing, early).crossings?.light).toBe(early)
    const without = fold(SCORING, NOON)
    expect(without.crossings?.light).toBeGreaterThan(late)
    const ofTill = { ...rhythm, source: 'till' }
    const keptBack = [null, early + DAY_MS, early].map((until) => {
      const hold = { source: 'till', from: NOON, since: NOON, until, notBefore: 0 }
      const first = foldFeatures(undefined, seen(1, { rhythm: ofTill, visits }), knowing)
      const again = { rhythm: ofTill, visits: { ...visits, lastAt: NOON + DAY_MS } }
      return foldFeatures(first, { ...seen(2, again, early), holds: [hold] }, knowing)
    })
    expect(keptBack.map(({ crossings }) => crossings?.light)).toEqual([late, late, early])
    const { place } = seen(3)
    const anew = scoredAnew(without, { place, passedUntil: late }, knowing)
    expect([anew.crossings?.light, anew.stageKnown.there]).toEqual([late, 1])
    const again = { rhythm, visits: { ...visits, lastAt: NOON + 2 * DAY_MS } }
    const back = foldFeatures(anew, seen(4, again, late), knowing)
    expect(back.crossings!.light).toBeGreaterThan(late)
    expect(back.stageKnown.there).toBe(0)
  })

  test('are the same whatever copies and older records come between', () => {
    const records = [seen(1), seen(3, { rhythm: rhythmOf(20) }), seen(4, { userId: 'ann' })]
    const stale = fc.constantFrom(...records)
    fc.assert(
      fc.property(fc.array(stale), fc.array(stale), (between, behind) => {
        const older = (than: number) => between.filter(({ version }) => version.offset <= than)
        const [first, second, third] = records as [SeenFeatures, SeenFeatures, SeenFeatures]
        const noisy = [first, ...older(1), second, ...older(3), third, ...behind]
        expect(foldAll(noisy)).toEqual(foldAll(records))
      }),
    )
  })
})
