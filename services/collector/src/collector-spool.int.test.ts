import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { type OpenKafkaEventLog, openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import type { KafkaSettings } from '@ebb/kafka/kafka-settings'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import { useOwnKafka } from '@ebb/testkit/engines'
import { describe, test } from 'vitest'
import { createCollector } from './collector.ts'
import { memoryPorts, SHOP, WRITE_KEY } from './collector-fixture.ts'
import { heardLogger } from './spool/spool-fixture.ts'

const PARTITIONS = 4
const EVENTS_OF_A_REQUEST = 10
const SENDERS = 4

const startKafka = await useOwnKafka()

const collectorOn = async (settings: KafkaSettings, folder: string) => {
  const log = await openKafkaEventLog(settings)
  const { logger, heard, messages } = heardLogger()
  const config = { ...SHOP, spool: { folder, limitBytes: 1e9, patienceMs: 500 } }
  const { app, spooled, stop } = await createCollector({ ...memoryPorts(), log, logger }, config)
  const post = async (ids: readonly string[]) => {
    const events = ids.map((messageId, i) => ({ event: 'Bell Rung', userId: `c${i}`, messageId }))
    const headers = { authorization: `Bearer ${WRITE_KEY}` }
    const body = JSON.stringify(events)
    return (await app.inject({ method: 'POST', url: '/v1/events', headers, body })).statusCode
  }
  return {
    log,
    post,
    heard,
    messages,
    spooled,
    stop: () => stop().then(() => log.close()),
  }
}

type Shop = Awaited<ReturnType<typeof collectorOn>>

/** Each sender sends when it was answered. Resolves to the ids of what was answered with 200. */
const load = async ({ post }: Shop, name: string, requests: number): Promise<string[]> => {
  const accepted: string[] = []
  const send = async (sender: number) => {
    for (let request = 0; request < requests; request += 1) {
      const ids = Array.from({ length: EVENTS_OF_A_REQUEST }, (_, i) =>
        [name, sender, request, i].join(),
      )
      if ((await post(ids)) === 200) accepted.push(...ids)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)))
  return accepted
}

const idsIn = async (log: OpenKafkaEventLog): Promise<Set<string>> => {
  const ids = new Set<string>()
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (let from = 0; ; ) {
      const { records } = await log.read({ topic: EVENTS, partition }, from, 1_000)
      for (const { headers } of records) ids.add(headers['ce_id'] ?? '')
      if (records.length === 0) break
      from = records.at(-1)!.offset + 1
    }
  }
  return ids
}

describe.skipIf(startKafka === undefined)('the collector on a broker that is killed', () => {
  test('answers every request with 200, also when it is started meanwhile, and loses none', async () => {
    const kafka = await startKafka!()
    const folder = mkdtempSync(join(tmpdir(), 'ebb-collector-'))
    const settings = { brokers: kafka.brokers, clientId: 'test', now: Date.now }
    const topics = [EVENTS, REJECTS].map((name) => ({ name, partitions: PARTITIONS, config: {} }))
    let shop: Shop | undefined
    try {
      await applyTopics(settings, await planTopics(settings, topics))
      shop = await collectorOn(settings, folder)
      const accepted = await load(shop, 'before', 10)
      const outage = load(shop, 'outage', 60)
      await kafka.kill('SIGKILL')
      accepted.push(...(await outage))
      assert.ok(shop.spooled() > 100)
      await shop.stop()

      shop = await collectorOn(settings, folder)
      const restarted = load(shop, 'restarted', 60)
      const back = kafka.restart()
      accepted.push(...(await restarted))
      await back
      accepted.push(...(await load(shop, 'after', 20)))
      await shop.heard('the spool is drained')
      while (shop.spooled() > 0) await shop.heard('the spool is drained')

      assert.equal(accepted.length, 150 * SENDERS * EVENTS_OF_A_REQUEST)
      const inLog = await idsIn(shop.log)
      assert.deepEqual(
        accepted.filter((id) => !inLog.has(id)),
        [],
      )
    } finally {
      await shop?.stop()
      await kafka.stop()
      rmSync(folder, { recursive: true })
    }
  })
})
