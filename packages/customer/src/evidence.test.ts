import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryReading, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE, type Evidence } from './customer-state.ts'
import { nextEvidenceAt, standingEvidence } from './evidence.ts'
import { EVIDENCE, evidenceRow, fadesAt, firstWeight, LEAST_WEIGHT } from './evidence-kinds.ts'

type Part = Partial<CustomerEvent> & { readonly name: string; readonly after?: number }

const stateOf = (...parts: readonly Part[]) => {
  const reading = parts.map(({ after = 0, ...part }, index) => ({
    clock: NOON,
    event: {
      ...{ id: `e${index}`, type: 'track' as const, customer: {}, sourceRank: 1 },
      occurredAt: NOON + after,
      ...part,
    } as const,
  }))
  return foldAll(reading, 'UTC') ?? EMPTY_STATE
}

/** What stands so many days after noon. */
const standing = (days: number, ...parts: readonly Part[]) =>
  standingEvidence(stateOf(...parts), NOON + days * DAY_MS, 'UTC')

const told = (days: number, ...parts: readonly Part[]) =>
  standing(days, ...parts).map(({ kind, reason, weight }) => [kind, reason, weight])

const inOrder = (evidence: readonly Evidence[]) =>
  evidence.toSorted((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1))

const placed = { name: 'Order Completed', order: { id: 'o1', amountMinor: 100 } }

describe('evidence', () => {
  test('fades by its half-life', () => {
    const { halfLifeDays, weight } = evidenceRow('couponDenied')
    expect(told(halfLifeDays, { name: 'Coupon Denied' })).toEqual([
      ['couponDenied', 'PRICE', weight / 2],
    ])
  })

  test('says a tenth where the customer ordered after it all the same', () => {
    const later = { ...placed, after: DAY_MS }
    const [before] = standing(0.5, { name: 'Product Reviewed', rating: 1 }, later)
    const [after] = standing(0.5, { name: 'Product Reviewed', rating: 1 })
    expect(before!.weight).toBe(after!.weight)
    const [carried] = standing(60, { name: 'Product Reviewed', rating: 1 }, later)
    expect(carried!.weight).toBeCloseTo(0.1 / 2, 10)
    expect(carried!.fadesAt).toBeLessThan(after!.fadesAt)
  })

  test('says nothing any more from the instant that is told before', () => {
    const kinds = EVIDENCE.map(({ kind }) => kind).filter((kind) => kind !== 'ticketResolved')
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.boolean(), (kind, isOrderedAfter) => {
        const dated = { kind, occurredAt: NOON, isOrderedAfter }
        const weightAt = (at: number) =>
          firstWeight(dated) * 2 ** ((NOON - at) / DAY_MS / evidenceRow(kind).halfLifeDays)
        const fades = fadesAt(dated)
        expect(weightAt(fades + 1)).toBeLessThan(LEAST_WEIGHT)
        if (fades > NOON) expect(weightAt(fades - 1)).toBeGreaterThanOrEqual(LEAST_WEIGHT)
      }),
    )
    const [denied] = standing(1, { name: 'Coupon Denied' })
    expect(denied?.fadesAt).toBe(fadesAt({ ...denied!, isOrderedAfter: false }))
  })

  test('is made good by what the table says, and stays to be seen', () => {
    const later = { ...placed, after: 1_000 }
    const discounted = { ...later, order: { ...later.order, discountMinor: 10 } }
    const failed = { name: 'Payment Failed' }
    const denied = { name: 'Coupon Denied' }
    expect(told(1, failed, denied, later).map(([kind, , weight]) => [kind, weight === 0])).toEqual([
      ['couponDenied', false],
      ['paymentFailed', true],
    ])
    expect(standing(1, denied, discounted)[0]).toMatchObject({
      resolvedAt: NOON + 1_000,
      weight: 0,
    })
    expect(standing(1, { ...failed, after: 2_000 }, later)[0]).not.toHaveProperty('resolvedAt')
    // Clocks lag behind orders by a tick.
    const [ahead] = standing(0, failed, later)
    expect(ahead).toMatchObject({ resolvedAt: NOON + 1_000, weight: expect.closeTo(0.6) })
  })

  test('is a support case that stays open for two days', () => {
    const opened = { name: 'Ticket Opened', ticketId: 't1' }
    const resolved = { name: 'Ticket Resolved', ticketId: 't1', after: 5_000 }
    expect(told(1, opened)).toEqual([])
    expect(standing(3, opened)[0]?.weight).toBeGreaterThan(0)
    expect(told(3, resolved, opened)).toEqual([])
    const late = { ...resolved, after: 2 * DAY_MS }
    expect(standing(3, late, opened)).toMatchObject([{ kind: 'ticketOpen', weight: 0 }])
    const another = { ...resolved, ticketId: 't2' }
    expect(standing(3, opened, another)[0]?.weight).toBeGreaterThan(0)
  })

  test('is a promise that passed without a delivery, from that instant on', () => {
    const promised = { ...placed, order: { ...placed.order, promisedAt: NOON + DAY_MS } }
    expect(told(0.5, promised)).toEqual([])
    expect(told(1, promised)).toEqual([['lateDelivery', 'SERVICE', 1]])
    const delivered = { name: 'Order Delivered', order: { id: 'o1' } }
    expect(told(2, promised, { ...delivered, after: 1_000 })).toEqual([])
    const late = standing(4, promised, { ...delivered, after: 3 * DAY_MS })
    expect(late).toMatchObject([{ orderId: 'o1', resolvedAt: NOON + 3 * DAY_MS, weight: 0 }])
    expect(told(2, promised, { name: 'Order Cancelled', order: { id: 'o1' } })).toEqual([])
  })

  test('is a refund by its reason, unless the return was called off', () => {
    const refund = { name: 'Order Refunded', order: { id: 'o1', refundId: 'r' } }
    const broken = { ...refund, order: { ...refund.order, reason: 'QUALITY' as const } }
    expect(told(0, placed, broken)).toEqual([['refundForQuality', 'QUALITY', 1]])
    expect(told(0, placed, refund)).toEqual([['refundUnexplained', 'UNKNOWN', 0.3]])
    const calledOff = { name: 'Return Cancelled', order: { id: 'o1', refundId: 'r' } }
    expect(told(0, placed, broken, calledOff)).toEqual([])
  })

  test('is a complaint in words only where the stars do not speak against it', () => {
    const review = { name: 'Product Reviewed', complaint: 'COMPETITOR' as const }
    expect(told(0, { ...review, rating: 5 })).toEqual([])
    expect(told(0, { ...review, rating: 1 })).toEqual([['competitorNamed', 'COMPETITOR', 1]])
    expect(told(0, review)).toEqual([['competitorNamed', 'COMPETITOR', 1]])
    expect(told(0, { name: 'Product Reviewed', rating: 2 })).toEqual([['lowRating', 'QUALITY', 1]])
  })

  test('is an interest that shifted: other categories than before', () => {
    const views = (category: string, after: number) =>
      Array.from({ length: 10 }, () => ({
        ...{ name: 'Product Viewed', categories: [category], after, sourceRank: 2 },
      }))
    const before = views('Shoes', -60 * DAY_MS)
    expect(told(0, ...before, ...views('Shoes', 0))).toEqual([])
    expect(standing(0, ...before, ...views('Toys', 0))).toMatchObject([
      { kind: 'interestShift', reason: 'NEED_CHANGE' },
    ])
    expect(told(0, ...before, ...views('Toys', 0).slice(1))).toEqual([])
  })

  test('appears by itself at an instant that is told before', () => {
    const next = (clock: number, ...parts: readonly Part[]) =>
      nextEvidenceAt(stateOf(...parts), NOON + clock)
    const promised = { ...placed, order: { ...placed.order, promisedAt: NOON + DAY_MS } }
    const opened = { name: 'Ticket Opened', ticketId: 't1' }
    expect(next(0, promised, opened)).toBe(NOON + DAY_MS)
    expect(next(DAY_MS, promised, opened)).toBe(NOON + 2 * DAY_MS)
    expect(next(2 * DAY_MS, promised, opened)).toBeUndefined()
    const delivered = { name: 'Order Delivered', order: { id: 'o1' } }
    const resolved = { name: 'Ticket Resolved', ticketId: 't1' }
    expect(next(0, promised, delivered, opened, resolved)).toBeUndefined()
    expect(next(0, promised, { ...delivered, after: DAY_MS + 1 })).toBe(NOON + DAY_MS)
    expect(next(0, promised, { name: 'Order Cancelled', order: { id: 'o1' } })).toBeUndefined()
  })

  test('is told once by an event, however late its copy comes', () => {
    const denied = { id: 'd', name: 'Coupon Denied' }
    const failed = { id: 'p', name: 'Payment Failed' }
    expect(told(0, denied, failed).length).toBe(2)
    const reading = [NOON, NOON + 30 * DAY_MS].map((clock) => ({
      clock,
      event: { ...denied, type: 'track' as const, customer: {}, sourceRank: 1, occurredAt: NOON },
    }))
    expect(foldAll(reading, 'UTC')?.evidence.length).toBe(1)
  })

  test('begins as a shift of interest at local midnight', () => {
    const views = (category: string, at: number) =>
      Array.from({ length: 10 }, (_, i) => ({
        clock: NOON,
        event: {
          ...{ id: `${category}-${i}`, type: 'track' as const, name: 'Product Viewed' },
          ...{ customer: {}, sourceRank: 2, occurredAt: at, categories: [category] },
        },
      }))
    const zone = 'America/New_York'
    const state = foldAll([...views('Shoes', NOON - 60 * DAY_MS), ...views('Toys', NOON)], zone)!
    const [shift] = standingEvidence(state, NOON, zone)
    expect(new Date(shift!.occurredAt).toISOString()).toBe('2024-05-15T04:00:00.000Z')
  })

  test('is of each kind the greatest few by instant and id, in whatever order they came', () => {
    fc.assert(
      fc.property(arbitraryReading, (reading) => {
        const kept = foldAll(reading, 'UTC')?.evidence ?? []
        const alone = (event: CustomerEvent) =>
          foldAll([{ event, clock: 0 }], 'UTC')?.evidence ?? []
        const told = Object.groupBy(
          reading.flatMap(({ event }) => alone(event)),
          ({ kind }) => (kind.startsWith('ticket') ? 'cases' : kind),
        )
        const greatest = Object.entries(told).flatMap(([kind, all = []]) =>
          inOrder(all).slice(kind === 'cases' ? -8 : -3),
        )
        expect(kept).toEqual(inOrder(greatest))
        const turned = reading.toReversed().map(({ event }) => ({ event, clock: 0 }))
        expect(foldAll(turned, 'UTC')?.evidence ?? []).toEqual(kept)
      }),
    )
  })

  test('of one kind pushes out none of another', () => {
    const opened = { name: 'Ticket Opened', ticketId: 't1' }
    const errors = Array.from({ length: 10 }, (_, i) => ({ name: 'Page Error', after: i + 1 }))
    const kinds = standing(3, opened, ...errors).map(({ kind }) => kind)
    expect(kinds).toEqual(['pageError', 'pageError', 'pageError', 'ticketOpen'])
  })

  test('of a case that was resolved never returns, however many others follow', () => {
    const opened = { name: 'Ticket Opened', ticketId: 't0' }
    const resolved = Array.from({ length: 9 }, (_, i) => ({
      ...{ name: 'Ticket Resolved', ticketId: `t${i}`, after: 3 * DAY_MS + i },
    }))
    const open = standing(9, opened, ...resolved).filter(({ weight }) => weight > 0)
    expect(open).toEqual([])
  })

  test('names each kind once', () => {
    const kinds = EVIDENCE.map(({ kind }) => kind)
    expect(new Set(kinds).size).toBe(kinds.length)
  })
})
