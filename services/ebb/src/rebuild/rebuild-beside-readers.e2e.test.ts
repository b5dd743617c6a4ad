import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import { statesDigest } from '@ebb/customer/normalise'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { kafkaEngine } from '@ebb/kafka/kafka-engine'
import { connectRedisEngine } from '@ebb/redis/redis-engine'
import { nameInGeneration } from '@ebb/streaming/generation'
import { uniqueName, useKafka, usePostgres, useRedis } from '@ebb/testkit/engines'
import type { Ended } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seen, startedShop } from '../commands/live-shop.ts'
import { readAll } from '../commands/recomputation-fixture.ts'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { featuresStates } from '../scanned-states.ts'
import { sharedOptions } from '../shared-options.ts'
import {
  askOn,
  CUSTOMERS,
  HISTORY,
  listed,
  ordersOf,
  type Started,
  sendHistory,
  sendOn,
} from './readers-fixture.ts'

const kafka = await useKafka()
const redis = await useRedis()
const postgres = await usePostgres()
const isMissing = kafka === undefined || redis === undefined || postgres === undefined

const PARTITIONS = 4
const alerts = messageCodec(AlertRecord)

describe.skipIf(isMissing)('two of ebb up, on Kafka, Redis and PostgreSQL', () => {
  let folder: string
  let namespace: string
  let options: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-rebuild-'))
    namespace = uniqueName('rebuild')
    options = sharedOptions(kafka!, redis!, namespace)
  })
  afterEach(async () => {
    await endAll()
    rmSync(folder, { recursive: true })
  })

  const env = {
    ...{ ...process.env, ...ANY_PORTS, EBB_PARTITIONS: String(PARTITIONS), EBB_LOG_LEVEL: 'info' },
    EBB_POSTGRES: postgres?.url,
  }
  const data = (name: string): string[] => ['--data', join(folder, name)]
  const ebb = (...args: string[]): Promise<Ended> => runEbb([...options, ...args], { env })
  const keyOf = async (name: string, ...rights: string[]): Promise<string> =>
    (await ebb('keys', 'create', '--source', 'crm', ...rights, ...data(name))).out.trim()

  test('answer all that is asked of them while all states are made again and exchanged', async () => {
    await ebb('topics', 'apply')
    const started = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const secret = await keyOf(name, '--secret', '--scope', 'customers:read')
        const token = await keyOf(name, '--role', 'analyst')
        const running = startEbb([...options, 'up', ...data(name)], { env })
        return { running, shop: await startedShop(running), secret, token }
      }),
    )
    const [{ shop }] = started as [Started]
    await sendHistory(shop)
    for (const each of started) {
      await seen(async () => (await ordersOf(each)) >= HISTORY)
      await seen(async () => (await listed(each)) === CUSTOMERS.length)
    }

    const asking = started.map(askOn)
    const sending = sendOn(shop)
    await interruptedRebuild()
    const rebuilt = await rebuild()
    expect(rebuilt).toMatchObject({ generation: 1, customers: CUSTOMERS.length })
    for (const { running } of started) await running.line(/other states in force/, 'err')
    // What comes from now on is counted in the new states, and told by both.
    const sent = await sending.end()
    for (const each of started) await seen(async () => (await ordersOf(each)) === HISTORY + sent)
    const asked = await Promise.all(asking.map((each) => each.end()))
    for (const { answers, failures } of asked) {
      expect(failures).toEqual([])
      expect(answers).toBeGreaterThan(10)
    }

    for (const { running } of started) running.kill('SIGTERM')
    for (const { running } of started)
      expect(await running.ended).toMatchObject({ code: 0, signal: null })
    const again = await rebuild()
    const kept = await digestOf(1, again['clock'] as number)
    expect(again).toMatchObject({ generation: 2, statesDigest: kept })
    await alertsAreOnce()
  }, 900_000)

  const rebuild = async (): Promise<Record<string, unknown>> => {
    const ended = await ebb('rebuild', '--json')
    expect(ended, ended.err).toMatchObject({ code: 0 })
    return lastJson(ended)
  }

  /** Killed when some of its states are there. */
  const interruptedRebuild = async (): Promise<void> => {
    const redisEngine = await connectRedisEngine({ url: redis!.url })
    const states = redisEngine.store(`${namespace}.`, nameInGeneration(FEATURES_PROCESSOR, 1))
    const rebuild = startEbb([...options, 'rebuild', '--json'], { env })
    await seen(async () => (await states.read(0, [])).position !== undefined)
    await rebuild.kill('SIGKILL')
    await redisEngine.close()
    expect(rebuild.lines()).toEqual([])
  }

  /** What `ebb rebuild` would tell of a generation, at an instant. */
  const digestOf = async (generation: number, clock: number): Promise<string> => {
    const redisEngine = await connectRedisEngine({ url: redis!.url })
    const name = nameInGeneration(FEATURES_PROCESSOR, generation)
    const states = await featuresStates(redisEngine.store(`${namespace}.`, name), PARTITIONS)
    await redisEngine.close()
    return statesDigest(states, clock, 'UTC')
  }

  const alertsAreOnce = async (): Promise<void> => {
    const log = await kafkaEngine({ brokers: kafka!.brokers }).open({
      ...{ prefix: `${namespace}.`, now: Date.now },
    })
    const all = (await readAll(log, ALERTS)).map(({ record }) => alerts.decode(record.value))
    await log.close()
    const ids = new Set(all.map(({ alertId }) => alertId))
    const crossings = new Set(
      all.map(({ episodeId, kind, tier, raisedAt }) => `${episodeId} ${kind} ${tier} ${raisedAt}`),
    )
    // Raised again by both rebuilds, under the ids that they had.
    expect(all.length).toBeGreaterThan(ids.size)
    expect(crossings.size).toBe(ids.size)
  }
})
