import type { AlertPage, AlertView, LiveView } from '@ebb/contracts/dashboard-api'
import { ALERTS, EVENTS, FEATURES } from '@ebb/contracts/topics'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  KEYS,
  NOON,
  type Rig,
  startRig,
  tick,
} from '../insights-fixture.ts'
import { openSse, type SseClient } from '../stream/sse-client-fixture.ts'
import { playService } from '../winbacks/played-service.ts'

const server = await usePostgres()
const event = (key: string) => ({ key, value: Buffer.from('not even JSON') })

describe.skipIf(server === undefined)('what happens now', () => {
  let rig: Rig
  let clients: SseClient[]
  beforeEach(async () => {
    rig = await startRig(server!.url)
    clients = []
  })
  afterEach(async () => {
    for (const client of clients) client.leave()
    await rig.stop()
  })

  const open = async (lastEventId?: string): Promise<SseClient> => {
    const client = await openSse(`${rig.service.url}/api/live/stream`, {
      authorization: 'Bearer token-viewer',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    })
    clients.push(client)
    return client
  }
  /** Behind it, the client is shown every alert that comes. */
  const ready = async (client: SseClient) => client.next('live', () => true).then(() => client)
  const alertIs = (alertId: string) => (view: AlertView) => view.alertId === alertId

  test('is told once', async () => {
    await append(rig.log, FEATURES, [
      featuresRecord('u:ann', '0.1.0'),
      featuresRecord('u:bob', '0.1.0'),
    ])
    await append(rig.log, ALERTS, [alertRecord('u:bob', '0.9.0', { kind: 'lost', tier: 'heavy' })])
    await append(rig.log, FEATURES, [tick(NOON - 7)])
    await rig.log.settled()
    const live = (await (await rig.get('/api/live', 'viewer')).json()) as LiveView
    expect(live).toMatchObject({
      now: new Date(NOON).toISOString(),
      customers: { healthy: 1, light: 0, moderate: 0, heavy: 0, lost: 1 },
      held: [],
      engines: [{ need: 'business records', name: 'PostgreSQL', isUp: true }],
    })
    expect(live).not.toHaveProperty('winbacks')
    expect(live.readers.map(({ name, topic, lag, clock }) => [name, topic, lag, clock])).toEqual([
      ['features', EVENTS, 0, undefined],
      ['scorer', FEATURES, 3, undefined],
      ['insights', FEATURES, 0, new Date(NOON - 7).toISOString()],
      ['insights', ALERTS, 0, undefined],
      ['insights', EVENTS, 0, undefined],
    ])
  })

  test('is told each second, with the events that came, ticks not counted', async () => {
    const client = await ready(await open())
    await append(rig.log, EVENTS, [event('u:ann'), tick(NOON), event('u:bob'), event('a:1')])
    const { data } = await client.next('live', ({ eventsPerSecond }: LiveView) =>
      eventsPerSecond.some((count) => count > 0),
    )
    expect((data as LiveView).eventsPerSecond.reduce((sum, count) => sum + count)).toBe(3)
    expect(client.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('alerts come as they are raised, each with the place to go on from', async () => {
    const client = await ready(await open())
    await append(rig.log, ALERTS, [alertRecord('u:ann', '0.1.0')])
    const { id, data } = await client.next('alert')
    expect(id).toMatch(/^\d+\.\d+$/)
    expect(data).toMatchObject({
      ...{ alertId: 'u:ann at_risk light', customerId: 'u:ann', kind: 'at_risk', tier: 'light' },
      ...{ risk: 0.8, crossedAt: new Date(NOON - DAY_MS).toISOString(), reasons: ['UNKNOWN'] },
    })
  })

  test('behind the last id nothing is missing and nothing comes twice, after a restart too', async () => {
    const client = await ready(await open())
    await append(rig.log, ALERTS, [alertRecord('u:ann', '0.1.0'), alertRecord('u:bob', '0.1.0')])
    await client.next('alert')
    const { id } = await client.next('alert')
    client.leave()
    const missed = Array.from({ length: 450 }, (_, i) => alertRecord(`u:${i}`, '0.2.0'))
    await append(rig.log, ALERTS, missed)
    const again = await open(id)
    const seen: string[] = []
    for (let count = 0; count < missed.length; count += 1)
      seen.push(((await again.next('alert')).data as AlertView).customerId)
    expect(seen.toSorted()).toEqual(missed.map(({ key }) => key).toSorted())
    await append(rig.log, ALERTS, [alertRecord('u:last', '0.3.0')])
    expect((await again.next('alert')).data).toMatchObject({ customerId: 'u:last' })
  })

  test('who is new is shown what the list may not have yet', async () => {
    await append(rig.log, ALERTS, [alertRecord('u:ann', '0.1.0')])
    await rig.log.settled()
    const list = (await (await rig.get('/api/alerts?limit=5', 'viewer')).json()) as AlertPage
    expect(list.alerts.map(({ customerId }) => customerId)).toEqual(['u:ann'])
    const client = await open()
    await append(rig.log, ALERTS, [alertRecord('u:bob', '0.1.0')])
    await client.next('alert', alertIs('u:bob at_risk light'))
  })

  test('an id that is none is as good as no id', async () => {
    const client = await ready(await open('; DROP TABLE'))
    await append(rig.log, ALERTS, [alertRecord('u:bob', '0.1.0')])
    await client.next('alert', alertIs('u:bob at_risk light'))
  })

  test('stopping ends the streams', async () => {
    const client = await ready(await open())
    await Promise.all([client.ended(), rig.service.stop()])
  })
})

test.skipIf(server === undefined)('what retention and features say is in it', async () => {
  const coupons = { issued: 1, reserved: 2, redeemed: 3, expired: 4, cancelled: 0 }
  const others = await playService(({ url }) =>
    url === '/readyz'
      ? { status: 200, body: '{}' }
      : { status: 200, body: JSON.stringify({ mode: 'shadow', alertsPaused: false, coupons }) },
  )
  const engineNames = [
    { need: 'event log', name: 'memory' },
    { need: 'state store', name: 'SQLite' },
  ] as const
  const retention = { url: others.url, key: 'ebbs_r' }
  const config = { featuresUrl: others.url, retention, engineNames }
  const readers = async () => [{ name: 'features', topic: EVENTS, lag: 7 }]
  const rig = await startRig(server!.url, { config, ports: { readers } })
  const live = (await (await rig.get('/api/live')).json()) as LiveView
  expect(live).toMatchObject({
    winbacks: { mode: 'shadow', alertsPaused: false, couponsIssued: 10, couponsRedeemed: 3 },
    engines: [{ isUp: true }, { isUp: true }],
    readers: [{ name: 'features', lag: 7 }, ...Array(3).fill({ name: 'insights' })],
  })
  await rig.stop()
  await others.stop()
})

test.skipIf(server === undefined)('states are up though features lacks the log', async () => {
  let states = 'ok'
  const features = await playService(() => ({
    ...{ status: 503, body: JSON.stringify({ checks: { states, 'event log': 'away' } }) },
  }))
  const engineNames = [{ need: 'state store', name: 'Redis' }] as const
  const isUp = async (): Promise<boolean> => {
    const rig = await startRig(server!.url, { config: { featuresUrl: features.url, engineNames } })
    const live = (await (await rig.get('/api/live')).json()) as LiveView
    await rig.stop()
    return live.engines[0]!.isUp
  }
  expect(await isUp()).toBe(true)
  states = 'EBB_REDIS_AWAY'
  expect(await isUp()).toBe(false)
  await features.stop()
})

test.skipIf(server === undefined)('an engine that does not answer is not up', async () => {
  const config = { engineNames: [{ need: 'state store', name: 'Redis' }] as const }
  const rig = await startRig(server!.url, { config, ports: { keys: KEYS } })
  const live = (await (await rig.get('/api/live')).json()) as LiveView
  expect(live.engines).toEqual([{ need: 'state store', name: 'Redis', isUp: false }])
  await rig.stop()
})
