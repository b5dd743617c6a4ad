import { REJECTS } from '@ebb/contracts/topics'
import type { DecisionPage } from '@ebb/contracts/winback-api'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { defaultPolicyText } from '../policy/default-policy.ts'
import { alertOf, NOON, type RetentionRig, rigForTest, waitUntil } from '../retention-fixture.ts'

const postgres = await usePostgres()

const rigOf = (over?: Parameters<typeof rigForTest>[1]): Promise<RetentionRig> =>
  rigForTest(postgres!.url, over)

const decisionsOf = async (rig: RetentionRig): Promise<DecisionPage['decisions']> =>
  (await rig.ask('GET', '/v1/winbacks/decisions?limit=500', { key: 'reader' })).body.decisions

describe.skipIf(postgres === undefined)('records that nobody of ours would write', () => {
  const NUL = '\u0000'
  const LONE = '\ud800'

  test.each([
    ['a NUL in an id', { alertId: `a${NUL}` }],
    ['a NUL in a customer', { customerId: `u:${NUL}` }],
    ['half a character', { episodeId: `e${LONE}` }],
    ['half a character in the id', { alertId: `a${LONE}` }],
    ['an id as long as a page', { alertId: 'x'.repeat(9_000) }],
    ['more revenue than a number holds', { revenueMinor: 1e21 }],
  ])('are rejected: an alert with %s', async (_what, over) => {
    const rig = await rigOf()
    await rig.alerts({ ...alertOf(), ...over } as ReturnType<typeof alertOf>, alertOf())
    expect(await decisionsOf(rig)).toMatchObject([{ customerId: 'u:ann' }])
    await waitUntil(async () => (await rejectCodes(rig)).includes('EBB_ALERT_UNREADABLE'))
  })

  test.each([
    ['a NUL in its id', { orderId: `o${NUL}` }],
    ['half a character', { orderId: `o${LONE}` }],
    ['more than a number holds', { amountMinor: 1e21 }],
  ])('are rejected: an order with %s', async (_what, over) => {
    const rig = await rigOf()
    const fact = { id: 'f', customerId: 'u:ann', kind: 'placed', occurredAt: NOON, currency: 'EUR' }
    const value = Buffer.from(JSON.stringify({ ...fact, ...over }))
    await rig.send('ebb.orders.v1', { key: 'u:ann', value, headers: { version: '0.1.0' } })
    await waitUntil(async () => (await rejectCodes(rig)).includes('EBB_ORDER_UNREADABLE'))
  })
})

const rejectCodes = async (rig: RetentionRig): Promise<string[]> => {
  const slices = [0, 1].map((partition) => rig.log.read({ topic: REJECTS, partition }, 0, 9))
  const records = (await Promise.all(slices)).flatMap((slice) => slice.records)
  return records.map(({ value }) => JSON.parse(Buffer.from(value).toString()).code)
}

describe.skipIf(postgres === undefined)('the reason of an alert', () => {
  test.each([
    ['PRICE', 'light', 'coupon-10-percent'],
    ['SERVICE', 'light', 'early-access'],
    ['NEED_CHANGE', 'light', 'recommendations'],
    ['COMPETITOR', 'moderate', 'discount-this-week'],
    ['QUALITY', 'moderate', 'support-writes'],
    ['NATURAL_END', 'heavy', undefined],
  ] as const)(
    '%s decides on the treatment of the shipped policy at %s',
    async (code, tier, treatment) => {
      const rig = await rigOf({ policy: defaultPolicyText.replace('holdOut: 0.10', 'holdOut: 0') })
      const evidence = [{ eventId: 'e1', name: 'Ticket Opened', occurredAt: NOON }]
      const reasons = [
        { code, share: 0.7, evidence },
        { code: 'UNKNOWN' as const, share: 0.3, evidence: [] },
      ]
      await rig.alerts(alertOf({ tier, reasons }))
      const [decision] = await decisionsOf(rig)
      expect(decision?.treatment?.id).toBe(treatment)
      expect(decision?.noActionReason).toBe(treatment === undefined ? 'NO_TREATMENT' : undefined)
      expect(decision?.reasons[0]).toEqual({ code, share: 0.7 })
    },
  )
})
