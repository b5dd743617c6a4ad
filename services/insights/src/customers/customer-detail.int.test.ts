import type { CustomerDetail } from '@ebb/contracts/dashboard-api'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import type { DecisionView } from '@ebb/contracts/winback-api'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  NOON,
  type Rig,
  rhythmOf,
  startRig,
} from '../insights-fixture.ts'
import { playService } from '../winbacks/played-service.ts'

const server = await usePostgres()
const iso = (daysAgo: number) => new Date(NOON - daysAgo * DAY_MS).toISOString()

const PROFILE = {
  userId: 'ann',
  consent: { marketing: true },
  recent: [{ name: 'Product Viewed', occurredAt: iso(5) }],
}
const DECISION: DecisionView = {
  ...{ decisionId: 'd1', alertId: 'a1', episodeId: 'e1', customerId: 'u:ann' },
  ...{ status: 'sent', tier: 'light', decidedAt: iso(3) },
  ...{ reasons: [], segment: 'all', policyVersion: 1 },
}

describe.skipIf(server === undefined)('one customer', () => {
  let rig: Rig
  let others: Awaited<ReturnType<typeof playService>>
  let isHeard: boolean
  beforeEach(async () => {
    isHeard = true
    others = await playService(({ url }) =>
      url.startsWith('/v1/winbacks')
        ? { status: 200, body: JSON.stringify({ decisions: [DECISION] }) }
        : isHeard
          ? { status: 200, body: JSON.stringify(PROFILE) }
          : { status: 404, body: '{}' },
    )
    const { url } = others
    const config = { featuresUrl: url, featuresKey: 'ebbs_f', retention: { url, key: 'ebbs_r' } }
    rig = await startRig(server!.url, { config })
    await append(rig.log, FEATURES, [
      featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(40), consent: { analytics: false } }),
    ])
    await append(rig.log, ALERTS, [alertRecord('u:ann', '0.9.0', { raisedAt: NOON - 2 * DAY_MS })])
    await rig.log.settled()
  })
  afterEach(async () => {
    await rig.stop()
    await others.stop()
  })
  const detail = async (key: string): Promise<CustomerDetail> =>
    (await (await rig.get(`/api/customers/${encodeURIComponent(key)}`, 'support')).json()) as never

  test('is told from the tables, features and retention', async () => {
    const { silence, ...customer } = await detail('u:ann')
    expect(customer).toEqual({
      customerId: 'u:ann',
      userId: 'ann',
      standing: 'light',
      orders: 2,
      revenueMinor: 5_000,
      firstOrderAt: iso(47),
      consent: { marketing: true },
      timeline: [
        { at: iso(2), kind: 'alert', name: 'at_risk', tier: 'light' },
        { at: iso(3), kind: 'decision', name: 'sent', tier: 'light' },
        { at: iso(5), kind: 'event', name: 'Product Viewed' },
      ],
      decisions: [DECISION],
    })
    expect(silence).toMatchObject({ lastOrderAt: iso(40), now: iso(0) })
    expect(others.asked.map(({ url, key }) => [url, key]).toSorted()).toEqual([
      ['/v1/customers/u%3Aann', 'Bearer ebbs_f'],
      ['/v1/winbacks/decisions?customer=u%3Aann&limit=50', 'Bearer ebbs_r'],
    ])
  })

  test('without features and retention is told from the tables', async () => {
    await others.stop()
    const customer = await detail('u:ann')
    expect(customer).toMatchObject({ standing: 'light', consent: { analytics: false } })
    expect(customer.timeline.map(({ kind }) => kind)).toEqual(['alert'])
    expect(customer).not.toHaveProperty('decisions')
  })

  test('of whom only features has heard has no silence', async () => {
    const customer = await detail('a:visitor')
    expect(customer).toMatchObject({ orders: 0, revenueMinor: 0, userId: 'ann' })
    expect(customer).not.toHaveProperty('silence')
    expect(customer).not.toHaveProperty('standing')
  })

  test('of whom nobody has heard is unknown', async () => {
    isHeard = false
    const answer = await rig.get('/api/customers/u%3Abob')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'EBB_CUSTOMER_UNKNOWN' } })
  })

  test('of whom the tables do not know is not called unknown while features is away', async () => {
    await others.stop()
    const answer = await rig.get('/api/customers/u%3Abob')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: { code: 'EBB_INSIGHTS_FEATURES_AWAY' } })
  })

  test('a key with NUL is no key', async () => {
    expect((await rig.get('/api/customers/u%3A%00')).status).toBe(400)
  })
})
