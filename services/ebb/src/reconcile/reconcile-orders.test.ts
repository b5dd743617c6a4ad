import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DIFFERENCES, type EbbOrder, reconcileOrders, type ShopOrder } from './reconcile-orders.ts'

/** What may have become of an order, and the difference that has to be found. */
const FATES = {
  same: undefined,
  'cancelled by both': undefined,
  'cancelled by the shop, unheard of by Ebb': undefined,
  'in a row that cannot be used': undefined,
  'lost on the way': 'missing_in_ebb',
  'known by a refund alone': 'missing_in_ebb',
  'unknown to the shop': 'not_in_file',
  'cancelled by the shop': 'cancelled_on_one_side',
  'cancelled in Ebb': 'cancelled_on_one_side',
  'of another amount': 'amount',
  'of no known amount': 'amount',
  'refunded by the shop': 'refund',
  'sent for two customers': 'known_twice',
} as const
type Fate = keyof typeof FATES

const SPAN = { from: 0, until: 1_000 }

const sidesOf = (fate: Fate, n: number): { shop?: ShopOrder; ebb: EbbOrder[] } => {
  const orderId = `o${n}`
  const amountMinor = 100 + n
  const shop = { row: n, orderId, isCancelled: false, amountMinor, placedAt: n }
  const placed = { orderId, customerId: `u:${n}`, refundedMinor: 0, placedAt: n }
  const ebb = { ...placed, standing: 'counts', amountMinor } as const
  const unplaced = { orderId, customerId: 'a:1', refundedMinor: 0, standing: 'unplaced' } as const
  switch (fate) {
    case 'same':
      return { shop, ebb: [ebb] }
    case 'cancelled by both':
      return { shop: { ...shop, isCancelled: true }, ebb: [{ ...ebb, standing: 'cancelled' }] }
    case 'cancelled by the shop, unheard of by Ebb':
      return { shop: { ...shop, isCancelled: true }, ebb: [] }
    case 'lost on the way':
      return { shop, ebb: [] }
    case 'known by a refund alone':
      return { shop, ebb: [unplaced] }
    case 'unknown to the shop':
    case 'in a row that cannot be used':
      return { ebb: [ebb] }
    case 'cancelled by the shop':
      return { shop: { ...shop, isCancelled: true }, ebb: [ebb] }
    case 'cancelled in Ebb':
      return { shop, ebb: [{ ...ebb, standing: 'cancelled' }] }
    case 'of another amount':
      return { shop, ebb: [{ ...ebb, amountMinor: amountMinor + 1 }] }
    case 'of no known amount':
      return { shop, ebb: [{ ...placed, standing: 'counts' }] }
    case 'refunded by the shop':
      return { shop: { ...shop, refundedMinor: amountMinor }, ebb: [ebb] }
    case 'sent for two customers':
      return { shop, ebb: [ebb, { ...ebb, customerId: 'a:1' }] }
  }
}

const reconciled = (fates: readonly Fate[]) => {
  const sides = fates.map(sidesOf)
  const orders = sides.flatMap(({ shop }) => shop ?? [])
  const unusableIds = new Set(
    fates.flatMap((fate, n) => (fate === 'in a row that cannot be used' ? [`o${n}`] : [])),
  )
  const ebb = sides.flatMap(({ ebb }) => ebb).reverse()
  return reconcileOrders({ orders, unusableIds, span: SPAN }, ebb)
}

const arbitraryFates = fc.array(fc.constantFrom(...(Object.keys(FATES) as Fate[])), {
  maxLength: 60,
})

describe('a comparison', () => {
  test('finds of every order what became of it, and nothing else', () => {
    fc.assert(
      fc.property(arbitraryFates, (fates) => {
        const found = reconciled(fates).differences.map(({ kind, orderId }) => [orderId, kind])
        const planted = fates.flatMap((fate, n) => (FATES[fate] ? [[`o${n}`, FATES[fate]]] : []))
        expect(found.toSorted()).toEqual(planted.toSorted())
      }),
    )
  })

  test('is accurate by the share of the orders of the file that do not differ', () => {
    fc.assert(
      fc.property(arbitraryFates, (fates) => {
        const { agreed, compared, accuracyPercent, revenuePercent, differences } = reconciled(fates)
        const same = fates.filter((fate) => fate === 'same').length
        const ofFile = differences.filter(({ shop }) => shop !== undefined).length
        expect([agreed, compared]).toEqual([same, same + ofFile])
        expect(accuracyPercent === 100).toBe(compared > 0 && ofFile === 0)
        expect(revenuePercent ?? 0).toBeLessThanOrEqual(100)
      }),
    )
  })

  test('adds up so that the differences explain the sums', () => {
    fc.assert(
      fc.property(arbitraryFates, (fates) => {
        const { shop, ebb, differences } = reconciled(fates)
        const orders = differences.map((difference) => {
          const ours = difference.shop?.isCancelled === false ? 1 : 0
          return difference.ebb.filter(({ standing }) => standing === 'counts').length - ours
        })
        expect(ebb.orders - shop.orders).toBe(orders.reduce((sum, each) => sum + each, 0))
      }),
    )
  })

  test('of two equal sides is 100 %, and k orders fewer on one side are k differences', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(50), (n, k) => {
        const gone = Math.min(n, k)
        const same = new Array<Fate>(n - gone).fill('same')
        expect(reconciled(new Array<Fate>(n).fill('same'))).toMatchObject({
          ...{ accuracyPercent: 100, revenuePercent: 100, differences: [] },
        })
        const lost = reconciled([...same, ...new Array<Fate>(gone).fill('lost on the way')])
        expect(lost.differences.map(({ kind }) => kind)).toEqual(
          new Array(gone).fill('missing_in_ebb'),
        )
        expect(lost.agreed).toBe(n - gone)
        const extra = reconciled([...same, ...new Array<Fate>(gone).fill('unknown to the shop')])
        expect(extra.differences).toHaveLength(gone)
        expect(extra.accuracyPercent).toBe(gone === n ? null : 100)
      }),
    )
  })

  test('of almost everything is not rounded up to 100 %', () => {
    const fates = [...new Array<Fate>(29_999).fill('same'), 'lost on the way' as const]
    expect(reconciled(fates).accuracyPercent).toBe(99.99)
  })

  test('leaves out what Ebb has before and behind the span of the file', () => {
    const at = (placedAt: number): EbbOrder => ({
      ...sidesOf('unknown to the shop', 1).ebb[0]!,
      ...{ orderId: `at ${placedAt}`, placedAt },
    })
    const ebb = [at(9), at(10), at(20), at(21)]
    const side = { orders: [], unusableIds: new Set<string>() }
    const span = { from: 10, until: 20 }
    const within = reconcileOrders({ ...side, span }, ebb)
    expect(within.differences.map(({ orderId }) => orderId)).toEqual(['at 10', 'at 20'])
    expect(within.ebb.orders).toBe(2)
    expect(reconcileOrders(side, ebb).differences).toHaveLength(4)
  })

  test('has a fate in these tests for every kind of difference', () => {
    expect(new Set(Object.values(FATES))).toEqual(new Set([undefined, ...DIFFERENCES]))
  })
})
