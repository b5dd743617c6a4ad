import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { start as startCollector } from '@ebb/collector/collector'
import { EVENTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { HEARTBEAT_PROCESSOR } from '@ebb/features/heartbeat/heartbeat-definition'
import { start as startFeatures } from '@ebb/features/service'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { COUPON_POLICY, DAY_MS, waitUntil } from '@ebb/retention/retention-fixture'
import { start as startRetention } from '@ebb/retention/service'
import { wallClock } from '@ebb/runtime/clock'
import { createLogger } from '@ebb/runtime/logger'
import { METRICS } from '@ebb/runtime/telemetry/metrics'
import { placeOf, recordedTelemetry } from '@ebb/runtime/telemetry/telemetry-fixture'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { start as startScorer } from '@ebb/scorer/service'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { afterEach, describe, expect, test } from 'vitest'

const server = await usePostgres()

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const REMOTE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A shop's receiver: remembers the trace contexts that came, and takes all or nothing. */
const receiver = async (status: number) => {
  const traces: (string | undefined)[] = []
  const listening = createServer((request, response) => {
    traces.push(request.headers['traceparent'] as string | undefined)
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  ends.push(() => listening.close())
  const { port } = listening.address() as AddressInfo
  const webhook = { url: `http://127.0.0.1:${port}/`, secret: SECRET, allowedHosts: ['127.0.0.1'] }
  return { webhook, traces }
}

/** From the collector to the webhook, with telemetry that samples a share of all. */
const startPipeline = async (share: number, status = 200) => {
  const telemetry = recordedTelemetry(share)
  const { webhook, traces } = await receiver(status)
  const log = memoryEventLog({ topics: topicsOf(1), now: () => wallClock.now() })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const onHalt = (error: Error) => {
    throw error
  }
  const find = () => ({ id: 'k', kind: 'write', source: 'web', scopes: [] }) as const
  const ports = { log, keys: { find }, clock: wallClock, logger, telemetry, onHalt }
  const shop = { timeZone: 'UTC', currency: 'EUR', host: '127.0.0.1', port: 0 }
  const schema = uniqueName('traced')
  const postgres = await openPostgres({ url: server!.url, schema, applicationName: schema })
  ends.push(async () => {
    await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
    await postgres.close()
  })
  const retention = await startRetention(
    { ...ports, postgres },
    { ...shop, webhook, firstPolicy: COUPON_POLICY },
  )
  ends.push(retention.stop)
  await retention.goLive()
  const stores = new Map(
    [FEATURES_PROCESSOR, SCORER_PROCESSOR, HEARTBEAT_PROCESSOR].map((name) => [
      name,
      memoryPartitionStore(),
    ]),
  )
  const generations = onlyGeneration({
    generation: 0,
    log,
    store: (name: string) => stores.get(name)!,
  })
  const scorer = await startScorer({ ...ports, generations }, SHIPPED_SCORING)
  ends.push(scorer.stop)
  const features = await startFeatures({ ...ports, generations }, { ...shop, tickIntervalMs: 50 })
  ends.push(features.stop)
  const collector = await startCollector(ports, { ...shop, rates: {} })
  ends.push(collector.stop)
  const post = (event: object) =>
    fetch(`${collector.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', traceparent: REMOTE },
      body: JSON.stringify(event),
    })
  return { telemetry, traces, post }
}

/** Whose silence begins so long ago that an alert comes with the next tick. */
const silentOrder = () => ({
  ...{ event: 'Order Completed', userId: 'ann' },
  timestamp: new Date(Date.now() - 60 * DAY_MS).toISOString(),
  properties: { order_id: 'o1', total: '19.90' },
})

describe.skipIf(server === undefined)('a pipeline that is traced', () => {
  test('has one trace, from the request of the shop over the log to its webhook', async () => {
    const { telemetry, traces, post } = await startPipeline(1)
    await post(silentOrder())
    await waitUntil(async () => traces.length > 0)
    await waitUntil(async () => telemetry.spans().some(({ name }) => name === 'send webhook'))
    const [, traceId, caller] = REMOTE.split('-')
    const steps = telemetry.spans().filter((span) => placeOf(span).traceId === traceId)
    const byId = new Map(steps.map((span) => [placeOf(span).spanId, span]))
    const path: string[] = []
    let at = steps.find(({ name }) => name === 'send webhook')
    expect(traces).toEqual([`00-${traceId}-${placeOf(at!).spanId}-01`])
    for (; at !== undefined; at = byId.get(placeOf(at).parentId!)) {
      path.unshift(at.name)
      if (at.name === 'POST /v1/events') expect(placeOf(at).parentId).toBe(caller)
    }
    expect(path).toEqual([
      'POST /v1/events',
      `process ${EVENTS}`,
      `process ${FEATURES}`,
      'process ebb.alerts.v1',
      'send webhook',
    ])
    expect(steps.find(({ name }) => name === 'process ebb.alerts.v1')!.attributes).toMatchObject({
      'messaging.system': 'ebb.memory',
      'messaging.consumer.group.name': 'retention-alerts',
    })
    expect(JSON.stringify(steps.map(({ attributes }) => attributes))).not.toContain('ann')
  })

  test('sends no trace context where nothing is sampled, and traces the failure all the same', async () => {
    const { telemetry, traces, post } = await startPipeline(0, 500)
    await post(silentOrder())
    await waitUntil(async () => telemetry.spans().length > 0)
    expect(traces).toEqual([undefined])
    expect(telemetry.spans().map(({ name }) => name)).toEqual(['send webhook'])
  })

  test('counts what it takes, refuses, raises, decides and sends', async () => {
    const { telemetry, traces, post } = await startPipeline(0)
    const order = { ...silentOrder(), messageId: 'm1' }
    await post(order)
    await post(order)
    await post({ event: '', userId: 'ann' })
    await waitUntil(async () => traces.length > 0)
    const valuesOf = async ({ name }: { readonly name: string }) =>
      (await telemetry.points(name)).map(({ attributes, value }) => ({ ...attributes, value }))
    await waitUntil(async () => (await valuesOf(METRICS.webhooks)).length > 0)
    expect(await valuesOf(METRICS.eventsAccepted)).toEqual([{ source: 'web', value: 2 }])
    expect(await valuesOf(METRICS.eventsRefused)).toEqual([
      { source: 'web', code: 'EBB_EVENT_NAME_MISSING', value: 1 },
    ])
    expect(await valuesOf(METRICS.alerts)).toContainEqual({
      ...{ kind: 'at_risk', tier: 'light', value: 1 },
    })
    expect(await valuesOf(METRICS.recordsDeduplicated)).toEqual([{ reader: 'features', value: 1 }])
    expect(await valuesOf(METRICS.decisions)).toContainEqual({
      ...{ status: 'waiting', reason: '', value: 1 },
    })
    expect(await valuesOf(METRICS.webhooks)).toEqual([{ outcome: 'delivered', value: 1 }])
    expect(await valuesOf(METRICS.coupons)).toContainEqual({ status: 'issued', value: 1 })
    const readers = (await valuesOf(METRICS.lagRecords)).map(
      (point) => 'reader' in point && point.reader,
    )
    expect(readers.toSorted()).toEqual([
      ...['features', 'heartbeat', 'retention-alerts', 'retention-orders', 'scorer'],
    ])
  })
})
