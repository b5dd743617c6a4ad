import type { DebuggedEvent } from '@ebb/contracts/dashboard-api'
import { rejectRecord } from '@ebb/contracts/reject-record'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { append, NOON, type Rig, startRig, tick } from '../insights-fixture.ts'
import { openSse, type SseClient } from '../stream/sse-client-fixture.ts'

const server = await usePostgres()

const event = (name: string, source = 'storefront', at = NOON) => ({
  key: 'u:ann',
  value: Buffer.from(
    JSON.stringify({
      ...{ id: name, type: 'track', name, customer: { userId: 'ann' }, source, sourceRank: 1 },
      ...{ occurredAt: at - 1_000, receivedAt: at, properties: { sku: name }, context: {} },
    }),
  ),
})
const refused = (source: string) => {
  const about = { code: 'EBB_EVENT_TOO_OLD', message: 'too old', where: 'collector', source }
  const record = rejectRecord({ ...about, receivedAt: NOON, payload: Buffer.from('{}') })
  return { key: source, value: Buffer.from(JSON.stringify(record)) }
}

describe.skipIf(server === undefined)('setting up', () => {
  let rig: Rig
  let client: SseClient | undefined
  beforeEach(async () => {
    rig = await startRig(server!.url)
  })
  afterEach(async () => {
    client?.leave()
    await rig.stop()
  })
  const open = async (query = ''): Promise<SseClient> => {
    const headers = { authorization: 'Bearer token-operator' }
    client = await openSse(`${rig.service.url}/api/setup/stream${query}`, headers)
    return client
  }
  const nameIs = (name: string) => (shown: DebuggedEvent) => shown.name === name

  test('tells where events go, and with which key', async () => {
    expect(await (await rig.get('/api/setup', 'operator')).json()).toEqual({
      collectorUrl: 'http://127.0.0.1:8080',
      writeKeys: [{ source: 'storefront', key: 'ebbw_1' }],
    })
  })

  test('shows what was sent before and what comes, accepted or refused', async () => {
    await append(rig.log, EVENTS, [event('before')])
    const stream = await open()
    expect((await stream.next('event')).data).toEqual({
      at: new Date(NOON).toISOString(),
      source: 'storefront',
      isAccepted: true,
      customerId: 'u:ann',
      name: 'before',
      occurredAt: new Date(NOON - 1_000).toISOString(),
      properties: { sku: 'before' },
    })
    await append(rig.log, EVENTS, [tick(NOON), { key: 'u:x', value: Buffer.from('?') }])
    await append(rig.log, REJECTS, [refused('storefront')])
    expect((await stream.next('event')).data).toEqual({
      at: new Date(NOON).toISOString(),
      source: 'storefront',
      isAccepted: false,
      code: 'EBB_EVENT_TOO_OLD',
      message: 'too old',
    })
  })

  test('shows one source alone', async () => {
    const stream = await open('?source=crm')
    await append(rig.log, EVENTS, [event('one'), event('two', 'crm')])
    await append(rig.log, REJECTS, [refused('storefront')])
    expect((await stream.next('event')).data).toMatchObject({ name: 'two' })
    await append(rig.log, EVENTS, [event('three', 'crm')])
    expect((await stream.next('event')).data).toMatchObject({ name: 'three' })
  })

  test('shows the last events of a quiet source to who joins later', async () => {
    const first = await open()
    const loud = Array.from({ length: 70 }, (_, i) => event(`loud ${i}`, 'web', NOON + i))
    await append(rig.log, EVENTS, [event('quiet', 'crm', NOON - 5), ...loud])
    await first.next('event', nameIs('loud 69'))
    const second = await open('?source=crm')
    expect((await second.next('event')).data).toMatchObject({ name: 'quiet' })
    second.leave()
    first.leave()
  })
})
