import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlertPage, CustomerPage, LiveView } from '@ebb/contracts/dashboard-api'
import { ALERTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import { beginInstallation } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { prefixOf } from '@ebb/runtime/service-settings'
import { uniqueName, useKafka, usePostgres } from '@ebb/testkit/engines'
import { startNodeProcess } from '@ebb/testkit/node-process'
import { describe, expect, test } from 'vitest'
import { alertRecord, append, featuresRecord, PARTITIONS, rhythmOf } from './insights-fixture.ts'
import { openSse } from './stream/sse-client-fixture.ts'

const kafka = await useKafka()
const postgres = await usePostgres()

describe.skipIf(kafka === undefined || postgres === undefined)('on Kafka and PostgreSQL', () => {
  test('a process of its own shows what is in the topics, again after a kill', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ebb-insights-'))
    const namespace = uniqueName('insights')
    const connection = {
      ...{ brokers: kafka!.brokers, clientId: 'test', prefix: prefixOf(namespace) },
      now: () => Date.now(),
    }
    const topics = topicsOf(PARTITIONS).map((topic) => ({ ...topic, config: {} }))
    await applyTopics(connection, await planTopics(connection, topics))
    const log = await openKafkaEventLog(connection)
    const shop = { timeZone: 'UTC', currency: 'USD', partitions: PARTITIONS }
    await beginInstallation(log, { ...shop, kind: 'live', begunAt: Date.now() })
    const keys = join(folder, 'keys.json')
    const person = { kind: 'person', source: 'ann', role: 'admin' } as const
    const { key } = await openKeysFile(keys).create(person)
    const headers = { authorization: `Bearer ${key}` }
    const env = {
      ...process.env,
      ...{ EBB_KAFKA: kafka!.brokers.join(','), EBB_POSTGRES: postgres!.url },
      ...{ EBB_NAMESPACE: namespace, EBB_KEYS: keys, EBB_INSIGHTS_PORT: '0' },
      ...{ EBB_SESSION_SECRET: 's'.repeat(32), EBB_FEATURES_KEY: 'ebbs_1' },
    }
    const up = async () => {
      const main = join(import.meta.dirname, 'main.ts')
      const running = startNodeProcess({ name: 'insights', main, env })
      const { url } = JSON.parse(await running.line(/"msg":"up"/)) as { url: string }
      const get = async <T>(path: string): Promise<T> =>
        (await (await fetch(`${url}/api${path}`, { headers })).json()) as T
      return { running, get, live: await openSse(`${url}/api/live/stream`, headers) }
    }
    const isShown = ({ customers }: LiveView): boolean => customers.light === 1

    const first = await up()
    await append(log, FEATURES, [featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(40) })])
    await append(log, ALERTS, [alertRecord('u:ann', '0.1.0')])
    expect((await first.live.next('alert')).data).toMatchObject({ customerId: 'u:ann' })
    await first.live.next('live', isShown)
    await first.running.kill('SIGKILL')

    const second = await up()
    await second.live.next('live', isShown)
    const { customers } = await second.get<CustomerPage>('/customers')
    expect(customers).toMatchObject([{ customerId: 'u:ann', standing: 'light' }])
    expect((await second.get<AlertPage>('/alerts')).alerts).toHaveLength(1)
    const { engines, readers } = await second.get<LiveView>('/live')
    expect(engines.find(({ need }) => need === 'event log')).toMatchObject({ isUp: true })
    expect(readers.find(({ name }) => name === 'insights')).toMatchObject({ topic: FEATURES })
    second.live.leave()
    await second.running.kill('SIGTERM')
    expect(await second.running.ended).toMatchObject({ code: 0 })
    await log.close()
    rmSync(folder, { recursive: true })
  })
})
