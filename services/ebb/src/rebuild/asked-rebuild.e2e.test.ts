import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { statesDigest } from '@ebb/customer/normalise'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { nameInGeneration } from '@ebb/streaming/generation'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seen, startedShop } from '../commands/live-shop.ts'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { featuresStates } from '../scanned-states.ts'
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

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-asked-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const env = { ...process.env, ...ANY_PORTS, EBB_LOG_LEVEL: 'info' }
const data = (): string[] => ['--data', join(folder, 'data')]
const ebb = (...args: string[]) => runEbb([...args, ...data()], { env })
const keyOf = async (...rights: string[]): Promise<string> =>
  (await ebb('keys', 'create', '--source', 'crm', ...rights)).out.trim()

const up = async (keys: Pick<Started, 'secret' | 'token'>): Promise<Started> => {
  const running = startEbb(['up', ...data()], { env })
  return { running, shop: await startedShop(running), ...keys }
}

/** What `ebb rebuild` would tell of a generation, at an instant. */
const digestOf = async (generation: number, clock: number): Promise<string> => {
  const found = await embeddedEngines.look({ folder: join(folder, 'data'), namespace: '' })
  const store = found!.store(nameInGeneration(FEATURES_PROCESSOR, generation))!
  const states = await featuresStates(store, EMBEDDED_PARTITIONS)
  await found!.close()
  return statesDigest(states, clock, 'UTC')
}

test('ebb up that owns the folder rebuilds when it is asked, and answers meanwhile', async () => {
  const keys = {
    secret: await keyOf('--secret', '--scope', 'customers:read'),
    token: await keyOf('--role', 'analyst'),
  }
  const first = await up(keys)
  await sendHistory(first.shop)
  await seen(async () => (await ordersOf(first)) >= HISTORY)
  await seen(async () => (await listed(first)) === CUSTOMERS.length)

  const asking = askOn(first)
  const sending = sendOn(first.shop)
  expect(lastJson(await ebb('rebuild', '--json'))).toMatchObject({ generation: 1 })
  await first.running.line(/other states in force/, 'err')
  const sent = await sending.end()
  await seen(async () => (await ordersOf(first)) === HISTORY + sent)
  const { answers, failures } = await asking.end()
  expect(failures).toEqual([])
  expect(answers).toBeGreaterThan(10)

  // Killed within the next one: who asked goes on waiting, and the next process goes on with it.
  const waiting = ebb('rebuild', '--json')
  await seen(async () => existsSync(join(folder, 'data', 'features.g2.db')))
  await first.running.kill('SIGKILL')
  const second = await up(keys)
  expect(lastJson(await waiting)).toMatchObject({ generation: 2, customers: CUSTOMERS.length })
  await second.running.line(/other states in force/, 'err')
  expect(await ordersOf(second)).toBe(HISTORY + sent)
  second.running.kill('SIGTERM')
  expect(await second.running.ended).toMatchObject({ code: 0, signal: null })

  const again = lastJson(await ebb('rebuild', '--json'))
  const kept = await digestOf(2, again['clock'] as number)
  expect(again).toMatchObject({ generation: 3, statesDigest: kept })
}, 900_000)

test('an owner that does not rebuild is told to whoever asks', async () => {
  const place = { folder: join(folder, 'data'), namespace: '' }
  const settings = { what: 'a test', now: () => 0, durability: 'killed-process' } as const
  const owned = await embeddedEngines.own(place, settings)
  const asked = await ebb('rebuild')
  await owned.close()
  expect(asked).toMatchObject({ code: 1, out: '' })
  expect(asked.err).toMatch(/^EBB_DATA_IN_USE: /)
  expect(existsSync(join(folder, 'data', 'rebuild.json'))).toBe(false)
})
