import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaEngine } from '@ebb/kafka/kafka-engine'
import { uniqueName, useKafka, useOwnRedis, useRedis } from '@ebb/testkit/engines'
import type { Ended, NodeProcess } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'
import { CDNOW } from '../replay/cdnow-sample.ts'
import { sharedOptions } from '../shared-options.ts'

const kafka = await useKafka()
const redis = await useRedis()
const startRedis = await useOwnRedis()

/** Ports below 1024 that nothing has by habit: whoever connects there is refused at once. */
const NO_BROKER = { brokers: ['127.0.0.1:1'] }
const NO_REDIS = { url: 'redis://127.0.0.1:1' }

/** One that looks, one that makes, one that works for long: the others reach the engines alike. */
const COMMANDS = [['alerts'], ['topics', 'apply'], ['replay', CDNOW, '--format', 'cdnow']]
const ENV = {
  ...process.env,
  EBB_PARTITIONS: '2',
  ...ANY_PORTS,
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-away-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const ebb = (options: readonly string[], ...args: readonly string[]): Promise<Ended> =>
  runEbb([...options, ...args], { cwd: folder, env: ENV })

const up = (options: readonly string[]): NodeProcess =>
  startEbb([...options, 'up', '--data', join(folder, 'data')], { env: ENV })

/** A person gets one line: the code, what is wrong, how to mend it. */
const saysOnly = ({ code, out, err }: Ended, pattern: RegExp): void => {
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(pattern)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
}

test('one engine without the other is refused', async () => {
  const [, broker, , url] = sharedOptions(NO_BROKER, NO_REDIS, 'any')
  const [alone, other] = [
    ['--kafka', broker!],
    ['--redis', url!],
  ]
  saysOnly(await ebb(alone, 'alerts'), /^EBB_CONFIG_INVALID: Kafka is named, Redis is not.*--redis/)
  saysOnly(await ebb(other, 'alerts'), /^EBB_CONFIG_INVALID: Redis is named, Kafka is not.*--kafka/)
})

describe.skipIf(redis === undefined)('while no broker answers', () => {
  const options = sharedOptions(NO_BROKER, redis ?? NO_REDIS, 'none')

  test('a command that would only look or make something ends, and says how to mend it', async () => {
    const all = await Promise.all(COMMANDS.map((args) => ebb(options, ...args)))
    for (const ended of all)
      saysOnly(ended, /^EBB_KAFKA_UNAVAILABLE: .*ECONNREFUSED 127.*Start Kafka, or mend --kafka/)
    const doctor = await ebb(options, 'doctor')
    expect(doctor.code).toBe(1)
    expect(doctor.out).toMatch(/^fail +event log +EBB_KAFKA_UNAVAILABLE/m)
  })

  test('ebb up waits and says so, until Ctrl-C', async () => {
    const waiting = up(options)
    await waiting.line(/^EBB_KAFKA_UNAVAILABLE: .*Start Kafka.*Trying again/, 'err')
    waiting.kill('SIGINT')
    expect(await waiting.ended).toMatchObject({ code: 0, signal: null, out: '' })
  })
})

describe.skipIf(kafka === undefined)('while no Redis answers', () => {
  const options = (namespace: string, url = NO_REDIS.url) =>
    sharedOptions(kafka ?? NO_BROKER, { url }, namespace)

  test('a command that would only look ends, and says how to mend it', async () => {
    const ended = await ebb(options('none'), 'alerts')
    saysOnly(ended, /^EBB_REDIS_AWAY: .*ECONNREFUSED.*Start Redis, or mend --redis/)
  })

  test.skipIf(redis === undefined || startRedis === undefined)(
    'ebb up waits, and begins when it is there; a wrong password is told at once',
    async () => {
      const namespace = uniqueName('late')
      expect(await ebb(options(namespace, redis!.url), 'topics', 'apply')).toMatchObject({
        code: 0,
      })
      const own = await startRedis!({ args: ['--requirepass', 'secret'] })
      const wrong = await ebb(options(namespace, own.url.replace('//', '//:wrong@')), 'alerts')
      saysOnly(wrong, /^EBB_REDIS_REFUSED: .*Mend the user and the password/)
      await own.kill('SIGKILL')
      const waiting = up(options(namespace, own.url.replace('//', '//:secret@')))
      await waiting.line(/^EBB_REDIS_AWAY: .*Start Redis.*Trying again/, 'err')
      await own.restart()
      await waiting.line(/^Ebb is up/)
      waiting.kill('SIGTERM')
      expect(await waiting.ended).toMatchObject({ code: 0, signal: null })
      await own.stop()
    },
  )
})

describe.skipIf(kafka === undefined || redis === undefined)('on engines that are there', () => {
  let namespace: string
  let options: string[]
  beforeEach(() => {
    namespace = uniqueName('faults')
    options = sharedOptions(kafka!, redis!, namespace)
  })
  const broker = kafkaEngine({ brokers: kafka?.brokers ?? [] })
  const make = async (name: string, partitions: number): Promise<void> => {
    await broker.remove(`${namespace}.`, [name])
    const topic = { name, partitions, kept: 'for ever' } as const
    await (await broker.plan(`${namespace}.`, [topic], 'log')).apply()
  }

  test('nothing is found before `ebb topics apply`, which is named', async () => {
    const [alerts, live, doctor] = await Promise.all([
      ebb(options, 'alerts'),
      up(options).ended,
      ebb(options, 'doctor'),
    ])
    saysOnly(alerts, /^EBB_DATA_EMPTY: .*namespace faults_\w+.*`ebb topics apply`/)
    saysOnly(live, /^EBB_INSTALLATION_MISSING: .*`ebb topics apply`/)
    expect(doctor.out).toMatch(/^fail +topics .*\n +→ Run `ebb topics apply`/m)
  })

  test('a topic that is missing, or has other partitions, is told before anything runs', async () => {
    expect(await ebb(options, 'topics', 'apply')).toMatchObject({ code: 0, err: '' })
    await broker.remove(`${namespace}.`, ['ebb.models.v1'])
    const [live, listed, fitted] = await Promise.all([
      up(options).ended,
      ebb(options, 'models'),
      ebb(options, 'models', 'fit'),
    ])
    for (const refused of [live, fitted])
      saysOnly(refused, /^EBB_TOPIC_MISSING: .*ebb\.models\.v1.*`ebb topics apply`/)
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('shipped-1') })
    expect((await ebb(options, 'doctor')).out).toMatch(/^fail +topics +missing: ebb\.models\.v1/m)
    expect(await ebb(options, 'topics', 'apply')).toMatchObject({ code: 0, err: '' })
    await broker.remove(`${namespace}.`, ['ebb.orders.v1'])
    saysOnly(await up(options).ended, /^EBB_TOPIC_MISSING: .*ebb\.orders\.v1.*`ebb topics apply`/)
    await make('ebb.orders.v1', 3)
    saysOnly(await up(options).ended, /^EBB_TOPIC_PARTITIONS: A topic has 3 partitions, .* 2 /)
    expect((await ebb(options, 'doctor')).out).toMatch(/^fail +topics +not of 2 .*ebb\.orders/m)
  })
})
