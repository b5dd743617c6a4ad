import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uniqueName, useOwnKafka, useOwnRedis, usePostgres } from '@ebb/testkit/engines'
import type { NativeEngine } from '@ebb/testkit/native-engine'
import { startNativePostgres } from '@ebb/testkit/native-postgres'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  customerOf,
  orderBy,
  postEvents,
  type StartedShop,
  seen,
  startedShop,
} from '../commands/live-shop.ts'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import type { Status } from '../status/read-status.ts'
import type { Check } from './check.ts'

const startKafka = await useOwnKafka()
const startRedis = await useOwnRedis()
const server = await usePostgres()
const isMissing = startKafka === undefined || startRedis === undefined || server === undefined

/** The shortest patience of a probe: that of the containers. */
const PROBE_MS = 4_000
/** Every check. */
const READY = /^\{"status":"ready","checks":\{("[a-z ]+":"ok",?)+\}\}$/
const LONG_AGO_MS = 200 * 86_400_000
const READERS = [
  ...['features', 'scorer', 'heartbeat', 'retention-alerts', 'retention-orders'],
  ...['insights-features', 'insights-alerts', 'insights-profiles'],
  ...['insights-quality-events', 'insights-quality-rejects', 'insights-quality-traffic'],
]
const ONE_PARTITION = new Set(['heartbeat', 'insights-quality-traffic'])

describe.skipIf(isMissing)('while an engine is away', () => {
  let kafka: NativeEngine
  let redis: NativeEngine
  let postgres: NativeEngine
  let folder: string
  let options: string[]
  let env: NodeJS.ProcessEnv
  let running: NodeProcess
  let shop: StartedShop
  let secret: string
  let sent = 0

  const ebb = (...args: string[]) => runEbb([...options, ...args], { env })
  const data = () => ['--data', join(folder, 'data')]
  const urls = () => ({
    ...{ collector: shop.collector, features: shop.features },
    ...{ retention: shop.retention!, insights: shop.dashboard! },
  })
  const ports = () =>
    Object.entries(urls()).flatMap(([name, url]) => [`--${name}-port`, new URL(url).port])
  const doctor = async () => {
    const began = performance.now()
    const ended = await ebb('doctor', '--json', ...ports(), ...data())
    const { checks } = lastJson(ended) as unknown as { checks: Check[] }
    return {
      ...{ code: ended.code, tookMs: performance.now() - began },
      failing: checks.filter(({ status }) => status === 'fail').map(({ name }) => name),
      of: Object.fromEntries(checks.map((check) => [check.name, check])),
    }
  }
  const status = async () =>
    lastJson(await ebb('status', '--json', ...ports(), ...data())) as unknown as Status
  const statusOf = async (url: string, path: string) => (await fetch(`${url}${path}`)).status
  const allLive = async () =>
    Promise.all(Object.values(urls()).map((url) => statusOf(url, '/livez')))
  const readyz = async (url: string) => {
    const signal = AbortSignal.timeout(PROBE_MS)
    const answer = await fetch(`${url}/readyz`, { signal })
    return { status: answer.status, body: await answer.text() }
  }
  /** Until a service says this of itself; resolves to the status it says it with. */
  const saysOfItself = (url: string, words: RegExp) =>
    seen(async () => {
      const { status, body } = await readyz(url)
      return words.test(body) && status
    })
  const isReadyAgain = async () => {
    for (const url of Object.values(urls())) expect(await saysOfItself(url, READY)).toBe(200)
  }
  const sendOrder = async (): Promise<void> => {
    sent += 1
    expect((await postEvents(shop, orderBy('ann', `o${sent}`))).status).toBe(200)
  }
  const isCounted = () =>
    seen(async () => {
      const found = await customerOf(shop, secret, 'u:ann').catch(() => undefined)
      return found?.windows.lifetime.orders === sent
    })
  /** Until nothing fails any more and every reader has read all. */
  const isWellAgain = () =>
    seen(async () => {
      const { failing, code } = await doctor()
      return failing.length === 0 && code === 0
    })

  beforeAll(async () => {
    ;[kafka, redis, postgres] = await Promise.all([
      startKafka!(),
      startRedis!(),
      startNativePostgres(),
    ])
    const { brokers } = kafka as Awaited<ReturnType<NonNullable<typeof startKafka>>>
    const { url } = redis as Awaited<ReturnType<NonNullable<typeof startRedis>>>
    folder = mkdtempSync(join(tmpdir(), 'ebb-engines-'))
    options = sharedOptions({ brokers }, { url }, uniqueName('away'))
    env = { ...process.env, ...ANY_PORTS, EBB_PARTITIONS: '3', EBB_LOG_LEVEL: 'warn' }
    env['EBB_POSTGRES'] = (postgres as Awaited<ReturnType<typeof startNativePostgres>>).url
    expect(await ebb('topics', 'apply')).toMatchObject({ code: 0 })
    const rights = ['--source', 'crm', '--secret', '--scope', 'customers:read']
    secret = (await ebb('keys', 'create', ...rights, ...data())).out.trim()
    running = startEbb([...options, 'up', ...data()], { env })
    shop = await startedShop(running)
    await sendOrder()
    await isCounted()
    const timestamp = new Date(Date.now() - LONG_AGO_MS).toISOString()
    const old = { ...orderBy('bob', 'b1'), timestamp }
    expect((await postEvents(shop, old)).status).toBe(200)
  })
  afterAll(async () => {
    await endAll()
    await Promise.all([kafka?.stop(), redis?.stop(), postgres?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  test('nothing fails before, and who reads what is told', async () => {
    await isWellAgain()
    // A record that came this moment makes its reader a second late.
    const { of } = await seen(async () => {
      const found = await doctor()
      return READERS.every((reader) => found.of[reader]?.status === 'ok') && found
    })
    expect(of['event log']?.found).toMatch(/^Apache Kafka \d+\.\d+$/)
    expect(of['state store']?.found).toMatch(/^(Redis|Valkey) \d/)
    expect(of['business records']?.found).toMatch(/^PostgreSQL \d/)
    for (const reader of READERS) {
      expect(of[`owners of ${reader}`]).toMatchObject({ status: 'ok' })
      const its = ONE_PARTITION.has(reader) ? 'partition 0' : 'partitions 0–2'
      expect(of[`owners of ${reader}`]?.found).toMatch(new RegExp(`^ebb at \\S+ has ${its}$`))
    }
    expect(of['topic settings']).toMatchObject({ status: 'ok' })
    expect(of['clock skew']).toMatchObject({ status: 'ok' })
    expect(of['clock skew']?.found).toMatch(/Redis.*PostgreSQL.*stamps of the log/)
    expect(of['migrations of retention']).toMatchObject({ status: 'ok' })
    const glance = await seen(async () => {
      const found = await status()
      return (found.alerts?.length ?? 0) > 0 && found
    })
    expect(glance.engines.map(({ isUp }) => isUp)).toEqual([true, true, true])
    expect(glance.readers.map(({ name }) => name)).toEqual(READERS)
    expect(glance).toMatchObject({ customers: { healthy: 1 }, winbacks: { mode: 'shadow' } })
    expect(glance).toMatchObject({ events: { count: 2 }, alertsPaused: false })
    expect(glance.scorer).toMatchObject({ keepsUp: true, isRead: true })
    expect(glance.alerts?.map(({ kind }) => kind)).toContain('at_risk')
  })

  test('Kafka is named, events are taken, and all goes on when it is back', async () => {
    await isReadyAgain()
    await kafka.kill('SIGKILL')
    // Nobody has sent anything yet.
    expect(await saysOfItself(shop.collector, /log is away, 0 records wait in the spool/)).toBe(200)
    expect(await saysOfItself(shop.features, /"event log":"EBB_KAFKA_UNAVAILABLE/)).toBe(503)
    await sendOrder()
    expect((await readyz(shop.collector)).body).toMatch(/1 records wait in the spool/)
    expect(await allLive()).toEqual([200, 200, 200, 200])
    const { code, failing, of } = await doctor()
    expect([code, failing]).toEqual([1, ['event log', 'features http']])
    expect(of['event log']).toMatchObject({
      found: expect.stringContaining('EBB_KAFKA_UNAVAILABLE'),
      mend: expect.stringMatching(/^Start Apache Kafka/),
    })
    expect(of).toMatchObject({ 'state store': { status: 'ok' }, spool: { status: 'warn' } })
    expect(of).toMatchObject({ 'migrations of insights': { status: 'ok' } })
    expect((await status()).engines.map(({ isUp }) => isUp)).toEqual([false, true, true])
    await kafka.restart()
    await isReadyAgain()
    await isCounted()
    await isWellAgain()
  })

  test('Redis is named, and all goes on when it is back', async () => {
    await redis.kill('SIGTERM')
    await sendOrder()
    expect(await saysOfItself(shop.features, /"states":"EBB_REDIS_AWAY/)).toBe(503)
    expect(await allLive()).toEqual([200, 200, 200, 200])
    const { code, failing, of } = await doctor()
    expect([code, failing]).toEqual([1, ['state store', 'features http']])
    expect(of['state store']).toMatchObject({
      found: expect.stringContaining('EBB_REDIS_AWAY'),
      mend: expect.stringMatching(/^Start Redis/),
    })
    expect(of).toMatchObject({ 'retention-alerts': { status: 'ok' }, topics: { status: 'ok' } })
    await redis.restart()
    await isCounted()
    await isWellAgain()
  })

  test('PostgreSQL is named, and all goes on when it is back', async () => {
    await postgres.kill('SIGINT')
    await sendOrder()
    await isCounted()
    for (const url of [shop.retention!, shop.dashboard!])
      expect(await saysOfItself(url, /EBB_POSTGRES_AWAY/)).toBe(503)
    expect((await readyz(shop.features)).status).toBe(200)
    expect(await allLive()).toEqual([200, 200, 200, 200])
    const { code, failing, of } = await doctor()
    expect([code, failing]).toEqual([1, ['business records', 'retention http', 'insights http']])
    expect(of['business records']).toMatchObject({
      found: expect.stringContaining('EBB_POSTGRES_AWAY'),
      mend: expect.stringMatching(/^Start PostgreSQL/),
    })
    expect(of).toMatchObject({ features: { status: 'ok' }, 'owners of scorer': { status: 'ok' } })
    await postgres.restart()
    await isWellAgain()
  })

  test('a broker that stands still holds up no other check, and no probe', async () => {
    await kafka.kill('SIGSTOP')
    expect(await saysOfItself(shop.collector, /log is away, 0 records wait in the spool/)).toBe(200)
    expect(await saysOfItself(shop.features, /"states":"ok","event log":"(?!ok)/)).toBe(503)
    expect(await allLive()).toEqual([200, 200, 200, 200])
    const { code, tookMs, failing, of } = await doctor()
    const began = performance.now()
    await ebb('doctor', '--help')
    const startMs = performance.now() - began
    await kafka.kill('SIGCONT')
    // Without what a process needs to begin on a machine that has other work.
    expect(tookMs - startMs).toBeLessThan(10_000)
    expect(code).toBe(1)
    expect(failing).toContain('event log')
    expect(of).toMatchObject({ 'business records': { status: 'ok' } })
    await isReadyAgain()
    await isWellAgain()
  })

  test('states that Redis has lost are told, with the way to make them again', async () => {
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
    await redis.stop()
    redis = await startRedis!()
    const { url } = redis as Awaited<ReturnType<NonNullable<typeof startRedis>>>
    options = options.map((option) => (option.startsWith('redis:') ? url : option))
    // The broker takes a moment to see that the last members have left.
    const { failing, of } = await seen(async () => {
      const found = await doctor()
      return Object.values(found.of).every(({ name, ...check }) => !hasOwners(name, check)) && found
    })
    // The judge of sources as well, if it had read anything.
    expect(failing.filter((name) => name !== 'heartbeat')).toEqual(['features', 'scorer'])
    expect(of['features']).toMatchObject({
      found: expect.stringContaining('EBB_STATE_LOST'),
      mend: expect.stringContaining('ebb rebuild'),
    })
    expect(of['owners of features']?.status).toBe('warn')
    expect((await status()).scorer).toMatchObject({ keepsUp: false, isRead: false })
  })
})

const hasOwners = (name: string, { found }: Pick<Check, 'found'>): boolean =>
  name.startsWith('owners of ') && found !== 'nobody reads'
