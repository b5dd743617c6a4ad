import type { OrderRecord } from '@ebb/contracts/order-record'
import { ORDERS } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, onTestFinished, test } from 'vitest'
import { armOutcomes } from './reports/arm-outcomes.ts'
import {
  alertOf,
  DAY_MS,
  NOON,
  type RetentionRig,
  rigForTest,
  startRig,
} from './retention-fixture.ts'

const postgres = await usePostgres()

const rigOf = (): Promise<RetentionRig> => rigForTest(postgres!.url)

/** A fact of an order of 50.00, at an offset of the events' partition. */
const fact = (offset: number, over: Partial<OrderRecord> = {}): NewRecord => {
  const record = {
    id: `fact ${offset}`,
    customerId: 'u:ann',
    kind: 'placed',
    orderId: 'o1',
    occurredAt: NOON + 5 * DAY_MS,
    placedAt: NOON + 5 * DAY_MS,
    amountMinor: 5_000,
    currency: 'EUR',
    standing: { status: 'valid', netMinor: 5_000 },
    ...over,
  }
  return {
    key: record.customerId,
    value: Buffer.from(JSON.stringify(record)),
    headers: { version: `0.${offset}.0` },
  }
}

/** An order that is left with so much. */
const left = (netMinor: number) => ({ standing: { status: 'valid', netMinor } }) as const

const CANCELLED = { kind: 'cancelled', standing: { status: 'cancelled', netMinor: 0 } } as const
const RETURNED = { kind: 'refunded', standing: { status: 'returned', netMinor: 0 } } as const

/** As an earlier program wrote it. */
const bare = (record: NewRecord): NewRecord => {
  const { standing: _, ...told } = JSON.parse(Buffer.from(record.value).toString())
  return { ...record, value: Buffer.from(JSON.stringify(told)) }
}

/** What the treated did, 40 days later. */
const treated = async ({ postgres: records }: RetentionRig) => {
  const now = NOON + 40 * DAY_MS
  const [arm] = await armOutcomes(records, { id: 'test', windowDays: 30, now })
  return arm
}

describe.skipIf(postgres === undefined)('what became of a decision', () => {
  test('is known when its window has ended, and not before', async () => {
    const rig = await rigOf()
    await rig.alerts(alertOf(), alertOf({ customerId: 'u:bob' }))
    await rig.send(ORDERS, fact(1))
    const at = (days: number) =>
      armOutcomes(rig.postgres, { id: 'test', windowDays: 30, now: NOON + days * DAY_MS })
    expect((await at(29))[0]).toMatchObject({ customers: 0 })
    expect((await at(30))[0]).toEqual({
      arm: 'treated',
      ...{ customers: 2, returned: 1, revenueMinor: 5_000, couponCostMinor: 0 },
    })
    expect((await at(30))[1]).toMatchObject({ arm: 'hold_out', customers: 0 })
  })

  test.each([
    ['before the decision', { placedAt: NOON - 1 }],
    ['at the very decision', { placedAt: NOON }],
    ['behind the window', { placedAt: NOON + 30 * DAY_MS + 1 }],
    [
      'that was never placed',
      { kind: 'updated', placedAt: undefined, standing: { status: 'unplaced', netMinor: 0 } },
    ],
    ['that was cancelled before its delivery', CANCELLED],
  ] as const)('is no return by an order %s', async (_what, over) => {
    const rig = await rigOf()
    await rig.alerts(alertOf())
    await rig.send(ORDERS, fact(1, over as Partial<OrderRecord>))
    expect(await treated(rig)).toMatchObject({ customers: 1, returned: 0, revenueMinor: 0 })
  })

  test('is what the newest record of each order says, in whatever order they come', async () => {
    const facts = [
      fact(1),
      fact(2, { kind: 'updated', ...left(7_000) }),
      fact(3, { kind: 'refunded', refundId: 'r1', ...left(6_500) }),
      fact(4, { kind: 'refunded', refundId: 'r1', ...left(6_000) }),
      fact(5, { orderId: 'o2', ...left(900) }),
      fact(6, { orderId: 'o2', ...CANCELLED }),
      fact(7, { orderId: 'o3', ...CANCELLED }),
      fact(8, { orderId: 'o3', kind: 'delivered', ...left(300) }),
    ]
    const orders = [facts, facts.toReversed(), [...facts, ...facts], [...facts.slice(3), ...facts]]
    for (const order of orders) {
      const rig = await rigOf()
      await rig.alerts(alertOf())
      for (const each of order) await rig.send(ORDERS, each)
      expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 6_300 })
    }
  })

  test('is a return that earned nothing by an order that came back', async () => {
    const rig = await rigOf()
    await rig.alerts(alertOf())
    await rig.send(ORDERS, fact(1), fact(2, RETURNED))
    expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 0 })
  })

  test('is told by what earlier programs wrote, which did not say how an order stands', async () => {
    const rig = await rigOf()
    await rig.alerts(alertOf())
    const cancelled = fact(3, { orderId: 'o2', kind: 'cancelled' })
    const refund = fact(4, { kind: 'refunded', refundId: 'r1', amountMinor: 1_000 })
    await rig.send(ORDERS, ...[fact(1), fact(2, { orderId: 'o2' }), cancelled, refund].map(bare))
    expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 5_000 })
    await rig.send(ORDERS, fact(5, { kind: 'updated', ...left(4_000) }))
    expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 4_000 })
  })

  test('counts what coupons took off, and each customer once', async () => {
    const rig = await rigOf()
    await rig.alerts(alertOf(), alertOf({ tier: 'moderate', raisedAt: NOON + DAY_MS }))
    const [trigger] = await rig.triggers(1)
    rig.clock.at = NOON + 2 * DAY_MS
    const { status } = await rig.ask(
      'POST',
      `/v1/coupons/${trigger!.treatment.coupon!.code}/redemptions`,
      {
        idempotencyKey: 'o1',
        body: { userId: 'ann', orderId: 'o1', totalMinor: 5_000, currency: 'EUR' },
      },
    )
    expect(status).toBe(201)
    await rig.send(ORDERS, fact(1, { placedAt: NOON + 2 * DAY_MS }))
    expect(await treated(rig)).toMatchObject({ customers: 1, returned: 1, couponCostMinor: 500 })
    await rig.send(ORDERS, fact(2, RETURNED))
    expect(await treated(rig)).toMatchObject({ returned: 1, couponCostMinor: 500 })
    await rig.send(ORDERS, fact(3, CANCELLED))
    expect(await treated(rig)).toMatchObject({ returned: 0, couponCostMinor: 0 })
  })

  test('is not asked of shadow decisions', async () => {
    const rig = await startRig(postgres!.url, { mode: 'shadow' })
    onTestFinished(rig.end)
    await rig.alerts(alertOf())
    expect(await treated(rig)).toMatchObject({ customers: 0 })
  })
})
