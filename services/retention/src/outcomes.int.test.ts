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
    ...over,
  }
  return {
    key: record.customerId,
    value: Buffer.from(JSON.stringify(record)),
    headers: { version: `0.${offset}.0` },
  }
}

const REFUND = { kind: 'refunded', refundId: 'r1', amountMinor: 1_000 } as const

/** A refund without an amount. */
const unpriced = (record: ReturnType<typeof fact>): ReturnType<typeof fact> => {
  const { amountMinor: _, ...told } = JSON.parse(record.value.toString())
  if (told.kind !== 'refunded') return record
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
    ['that was never placed', { kind: 'updated', placedAt: undefined }],
  ] as const)('is no return by an order %s', async (_what, over) => {
    const rig = await rigOf()
    await rig.alerts(alertOf())
    await rig.send(ORDERS, fact(1, over as Partial<OrderRecord>))
    expect(await treated(rig)).toMatchObject({ customers: 1, returned: 0, revenueMinor: 0 })
  })

  test('takes cancellations and refunds back, in whatever order the facts come', async () => {
    const facts = [
      fact(1),
      fact(2, { kind: 'updated', amountMinor: 7_000 }),
      fact(3, { ...REFUND, amountMinor: 500 }),
      fact(4, REFUND),
      fact(5, { orderId: 'o2', amountMinor: 900 }),
      fact(6, { orderId: 'o2', kind: 'cancelled', amountMinor: 900 }),
    ]
    const orders = [facts, facts.toReversed(), [...facts, ...facts], [...facts.slice(3), ...facts]]
    for (const order of orders) {
      const rig = await rigOf()
      await rig.alerts(alertOf())
      for (const each of order) await rig.send(ORDERS, each)
      expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 6_000 })
    }
  })

  test('earns nothing by an order that was paid back before anybody said how much', async () => {
    for (const facts of [
      [fact(1, REFUND), fact(2)],
      [fact(1), fact(2, REFUND)],
    ]) {
      const rig = await rigOf()
      await rig.alerts(alertOf())
      for (const each of facts) await rig.send(ORDERS, unpriced(each))
      expect(await treated(rig)).toMatchObject({ returned: 1, revenueMinor: 0 })
    }
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
  })

  test('is not asked of shadow decisions', async () => {
    const rig = await startRig(postgres!.url, { mode: 'shadow' })
    onTestFinished(rig.end)
    await rig.alerts(alertOf())
    expect(await treated(rig)).toMatchObject({ customers: 0 })
  })
})
