import type { CustomerDetail, VisitItem } from '@ebb/contracts/dashboard-api'
import { ALERTS, EVENTS, FEATURES } from '@ebb/contracts/topics'
import type { DecisionView } from '@ebb/contracts/winback-api'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  identifyRecord,
  NOON,
  type Rig,
  rhythmOf,
  startRig,
} from '../insights-fixture.ts'
import { playService } from '../winbacks/played-service.ts'
import type { CustomerHeard } from './customer-heard.ts'

const server = await usePostgres()
const iso = (daysAgo: number) => new Date(NOON - daysAgo * DAY_MS).toISOString()

const VISIT: VisitItem = {
  ...{ startAt: iso(5), endAt: iso(5), events: 3, entryPage: '/shoes', exitPage: '/' },
  ...{ channel: 'email', device: 'mobile' },
}
const NO_TASTES = { categories: [], brands: [], channels: [], devices: [] }
const TASTES = { ...NO_TASTES, brands: [{ name: 'Acme', share: 0.5 }] }
const HABITS = { meanGapDays: 7, hour: 20, weekday: 1 }
const PROFILE: CustomerHeard = {
  userId: 'ann',
  consent: { marketing: true },
  recent: [{ name: 'Product Viewed', occurredAt: iso(5) }],
  evidence: [
    { kind: 'pageError', reason: 'UX', occurredAt: iso(5) },
    { kind: 'lateDelivery', reason: 'SERVICE', occurredAt: iso(35), orderId: 'o1' },
    { kind: 'ticketOpen', reason: 'SERVICE', occurredAt: iso(38), resolvedAt: iso(33) },
  ],
  visits: [VISIT],
  tastes: TASTES,
  habits: HABITS,
}
/** As `PROFILE`'s is told, with what makes it good. */
const EVIDENCE = [
  { kind: 'pageError', reason: 'UX', occurredAt: iso(5) },
  {
    ...{ kind: 'lateDelivery', reason: 'SERVICE', occurredAt: iso(35), orderId: 'o1' },
    remedy: 'delivery',
  },
  {
    ...{ kind: 'ticketOpen', reason: 'SERVICE', occurredAt: iso(38), resolvedAt: iso(33) },
    remedy: 'ticket resolved',
  },
] as const
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
      lifecycle: 'cooling',
      tags: [],
      orders: 2,
      revenueMinor: 5_000,
      firstOrderAt: iso(47),
      consent: { marketing: true },
      heard: { evidence: EVIDENCE, visits: [VISIT] },
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
    expect(customer).not.toHaveProperty('heard')
  })

  test('of whom only features has heard has no silence', async () => {
    const customer = await detail('a:visitor')
    expect(customer).toMatchObject({ orders: 0, revenueMinor: 0, userId: 'ann' })
    expect(customer).not.toHaveProperty('silence')
    expect(customer).not.toHaveProperty('standing')
  })

  test.each([
    ['support', { evidence: EVIDENCE, visits: [VISIT] }],
    ['analyst', { tastes: TASTES, habits: HABITS }],
    ['marketer', { tastes: TASTES, habits: HABITS }],
    ['admin', { evidence: EVIDENCE, visits: [VISIT], tastes: TASTES, habits: HABITS }],
  ])('is heard of as %s may see it', async (role, heard) => {
    const answer = await rig.get('/api/customers/u%3Aann', role)
    const text = await answer.text()
    expect(JSON.parse(text).heard).toEqual(heard)
    expect(text.includes('/shoes')).toBe('visits' in heard)
  })

  test('of whom features never heard is shown with nothing heard', async () => {
    isHeard = false
    expect((await detail('u:ann')).heard).toEqual({})
  })

  test.each([
    ['support', { plan: 'gold', email: 'ann@shop.example' }, 0],
    ['admin', { plan: 'gold', email: 'ann@shop.example' }, 0],
    ['analyst', { plan: 'gold' }, 1],
    ['marketer', { plan: 'gold' }, 1],
  ])('has the attributes that %s may see', async (role, attributes, hidden) => {
    await append(rig.log, EVENTS, [
      identifyRecord('ann', {
        id: 'e1',
        traits: { plan: 'free', email: 'ann@shop.example', old: 1 },
      }),
      identifyRecord('ann', { id: 'e2', traits: { plan: 'gold', old: null } }),
      identifyRecord('ann', { id: 'e0', traits: { plan: 'none' } }),
    ])
    await rig.log.settled()
    const answer = await rig.get('/api/customers/u%3Aann', role)
    const text = await answer.text()
    expect(JSON.parse(text).profile).toEqual({ attributes, hidden })
    expect(text.includes('ann@shop.example')).toBe(hidden === 0)
  })

  test('of whom only a profile is known is not unknown', async () => {
    isHeard = false
    await append(rig.log, EVENTS, [identifyRecord('zoe', { id: 'e1', traits: { plan: 'gold' } })])
    await rig.log.settled()
    expect(await detail('u:zoe')).toMatchObject({ orders: 0, profile: { hidden: 0 } })
    expect(await detail('u:ann')).not.toHaveProperty('profile')
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
