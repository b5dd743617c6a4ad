import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALERTS, topicsOf, WINBACKS } from '@ebb/contracts/topics'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { schemaOf } from '@ebb/runtime/engine-settings'
import { beginInstallation } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { prefixOf } from '@ebb/runtime/service-settings'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { uniqueName, useKafka, usePostgres } from '@ebb/testkit/engines'
import { type NodeProcess, startNodeProcess } from '@ebb/testkit/node-process'
import { describe, expect, test } from 'vitest'
import { applyPolicy } from './ledger/policies.ts'
import { setMode } from './ledger/settings.ts'
import { alertOf, alertRecord, COUPON_POLICY, waitUntil } from './retention-fixture.ts'
import { prepareRetention } from './service.ts'

const kafka = await useKafka()
const postgres = await usePostgres()

const PARTITIONS = 2
const CUSTOMERS = 400
const KILLS = 4

const triggersOn = async (log: EventLog): Promise<WinbackRecord[]> => {
  const all: WinbackRecord[] = []
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    for (let offset = 0; ; ) {
      const { records } = await log.read({ topic: WINBACKS, partition }, offset, 500)
      if (records.length === 0) break
      all.push(...records.map(({ value }) => JSON.parse(Buffer.from(value).toString())))
      offset = records.at(-1)!.offset + 1
    }
  return all
}

describe.skipIf(kafka === undefined || postgres === undefined)('on Kafka and PostgreSQL', () => {
  test('two processes that are killed again and again decide each alert once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ebb-retention-'))
    const namespace = uniqueName('retention')
    const now = Date.now()
    const connection = {
      ...{ brokers: kafka!.brokers, clientId: 'test', prefix: prefixOf(namespace) },
      now: () => Date.now(),
    }
    const topics = topicsOf(PARTITIONS).map((topic) => ({ ...topic, config: {} }))
    await applyTopics(connection, await planTopics(connection, topics))
    const log = await openKafkaEventLog(connection)
    const shop = { timeZone: 'UTC', currency: 'EUR', partitions: PARTITIONS }
    await beginInstallation(log, { ...shop, kind: 'live', begunAt: now })
    const schema = schemaOf(namespace, 'retention')
    const records = await openPostgres({ url: postgres!.url, schema, applicationName: 'test' })
    await prepareRetention(records, { currency: 'EUR', now })
    const policy = COUPON_POLICY.replace('limit: 1000', 'limit: 1500')
    await applyPolicy(records, { text: policy, currency: 'EUR', now })
    await setMode(records, 'live')
    openKeysFile(join(folder, 'keys.json'))

    const env = {
      ...process.env,
      ...{ EBB_KAFKA: kafka!.brokers.join(','), EBB_POSTGRES: postgres!.url },
      ...{ EBB_NAMESPACE: namespace, EBB_KEYS: join(folder, 'keys.json') },
      ...{ EBB_RETENTION_PORT: '0' },
    }
    const start = (): NodeProcess =>
      startNodeProcess({ name: 'retention', main: join(import.meta.dirname, 'main.ts'), env })
    const running = [start(), start()]
    const customers = Array.from({ length: CUSTOMERS }, (_, i) => `u:c${i}`)
    const send = async (slice: readonly string[]): Promise<void> => {
      for (const customerId of slice) {
        const record = alertRecord(alertOf({ customerId, raisedAt: now, crossedAt: now }))
        const partition = partitionOf(customerId, PARTITIONS)
        await log.append({ topic: ALERTS, partition }, [record])
      }
    }
    const decided = async (): Promise<number> => {
      const [row] = await records.query<{ count: number }>(
        'SELECT count(*) AS count FROM decisions',
      )
      return row!.count
    }
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victim = running[kill % 2]!
      await victim.line(/"msg":"up"/)
      const share = CUSTOMERS / KILLS
      const before = await decided()
      const sending = send(customers.slice(kill * share, (kill + 1) * share))
      // In the middle of it: partitions of the one killed before may still wait for the broker.
      // Triggers would not tell: by the last kill the budget may be spent.
      await waitUntil(async () => (await decided()) > before)
      await victim.kill('SIGKILL')
      running[kill % 2] = start()
      await sending
    }
    const distinct = async () => new Set((await triggersOn(log)).map((each) => each.customerId))
    await waitUntil(async () => (await distinct()).size >= 300)
    await waitUntil(async () => (await decided()) === CUSTOMERS)
    // 1,500.00 for 5.00 each: three hundred coupons, and the rest is decided against.
    expect((await distinct()).size).toBe(300)
    const codes = new Map<string, Set<string>>()
    for (const { customerId, treatment } of await triggersOn(log))
      codes.set(customerId, (codes.get(customerId) ?? new Set()).add(treatment.coupon!.code))
    expect([...codes.values()].every(({ size }) => size === 1)).toBe(true)
    const [budget] = await records.query(
      `SELECT reserved_minor AS reserved FROM budgets WHERE budget_id = 'main'`,
    )
    expect(budget).toEqual({ reserved: 150_000 })
    // One that is told to stop before it is up dies of the signal.
    for (const each of running) await each.line(/"msg":"up"/)
    await Promise.all(running.map((each) => each.kill('SIGTERM')))
    for (const each of running) expect(await each.ended).toMatchObject({ code: 0 })
    await records.query(`DROP SCHEMA "${schema}" CASCADE`)
    await records.close()
    await log.close()
    rmSync(folder, { recursive: true })
    // A partition is without a reader for a session after each kill, and then for a rebalance.
  }, 360_000)
})
