import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { wallClock } from '@ebb/runtime/clock'
import { beginInstallation, putInForce, readInstallation } from '@ebb/runtime/installation'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { Engines } from '@ebb/streaming/engines'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CliContext } from '../cli-context.ts'
import { customerCommand } from '../commands/customer.ts'
import { rebuildCommand } from '../commands/rebuild.ts'
import { day, order, type TestShop, testShop } from '../commands/shop-fixture.ts'
import { installationAt } from '../installation.ts'
import { replaySummary } from '../replay/replay-summary.ts'
import { type RebuildRequest, runRebuild } from './run-rebuild.ts'

let shop: TestShop
beforeEach(async () => {
  shop = testShop(embeddedEngines)
  const customers = ['anna', 'bob', 'eve', 'zoe']
  const orders = customers.flatMap((who, i) => [order(who, day(i)), order(who, day(20 + 9 * i))])
  const ticks = Array.from({ length: 200 }, (_, i) => day(i))
  await shop.live(orders, ticks)
})
afterEach(() => shop.remove())

const place = () => ({ folder: shop.folder, namespace: '' })

const request = (): RebuildRequest => ({
  place: place(),
  now: wallClock.now,
  interrupted: new AbortController().signal,
  onProgress: () => {},
  onRetry: () => {},
})

const ofCommandLine = (context: CliContext) => rebuildCommand(context, { marginPercent: 30 })

const rebuild = (over: Partial<RebuildRequest> = {}) =>
  runRebuild(embeddedEngines, { ...request(), ...over })

/** All that a replay would tell of the states and alerts in force. */
const summary = () =>
  shop.owned(async ({ log, store }) => {
    const states = { features: store(FEATURES_PROCESSOR), scorer: store(SCORER_PROCESSOR) }
    const shop = { timeZone: 'Europe/Berlin', currency: 'EUR', clock: day(199) }
    return (await replaySummary({ log, ...states, ...shop })).summary
  })

const loseStates = (): void => {
  for (const name of [FEATURES_PROCESSOR, SCORER_PROCESSOR])
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(shop.folder, `${name}.db${suffix}`), { force: true })
}

test('lost states halt the processors, and a rebuild makes them again', async () => {
  const before = await summary()
  expect(before.alerts.light).toBeGreaterThan(0)
  loseStates()
  await expect(shop.live([], [])).rejects.toMatchObject({
    code: 'EBB_STATE_LOST',
    message: expect.stringContaining('ebb rebuild'),
  })
  const result = await rebuild()
  expect(result).toEqual({
    ...{ generation: 1, customers: 4, clock: day(199), statesDigest: before.statesDigest },
  })
  expect(await summary()).toEqual(before)
})

test('a rebuild of states that are there leaves them in force until it has an end', async () => {
  const before = await summary()
  const interrupt = new AbortController()
  const stopped = await rebuild({
    interrupted: interrupt.signal,
    onProgress: () => interrupt.abort(),
  })
  expect(stopped).toBeUndefined()
  expect(await installationAt(embeddedEngines, place())).toMatchObject({ generation: 0 })
  expect(await summary()).toEqual(before)
  expect(await rebuild()).toMatchObject({ generation: 1, statesDigest: before.statesDigest })
  expect(await summary()).toEqual(before)
})

test('what comes after a rebuild goes on from the states it made', async () => {
  await rebuild()
  await shop.live([order('anna', day(199) + 1)], [day(200)])
  const [line] = await shop.run(customerCommand, 'anna', '--json')
  expect(JSON.parse(line!).customer.rhythm).toMatchObject({ orders: 3 })
  expect(await rebuild()).toMatchObject({ generation: 2, clock: day(200) })
})

test('progress is told up to the last record', async () => {
  const told: number[] = []
  await rebuild({ onProgress: ({ read, records }) => told.push(read / records) })
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBe(1)
})

test('a person is told the generation, the digest, and what to do next', async () => {
  const { statesDigest } = await summary()
  const lines = await shop.run(ofCommandLine)
  expect(lines).toContain('generation  1, in force')
  expect(lines).toContain(`states      ${statesDigest}`)
  expect(lines.at(-1)).toContain('ebb rebuild --clean')
})

test('old generations are removed when that is asked for, and what is in force stays', async () => {
  const before = await summary()
  await rebuild()
  expect(await shop.run(ofCommandLine, '--clean')).toEqual([
    'Generation 1 is in force; what earlier ones left is removed.',
  ])
  expect(readdirSync(shop.folder)).not.toContain('features.db')
  expect(readdirSync(shop.folder)).toContain('features.g1.db')
  expect(await summary()).toEqual(before)
})

test('a rebuild that another one has overtaken changes nothing', async () => {
  const log = memoryEventLog({
    topics: [...topicsOf(2), { name: `${FEATURES}.g1`, partitions: 2 }],
    now: () => 0,
  })
  const shop = {
    timeZone: 'UTC',
    currency: 'EUR',
    partitions: 2,
    kind: 'live',
    begunAt: 0,
  } as const
  const begun = await beginInstallation(log, shop)
  await log.append({ topic: EVENTS, partition: 0 }, [tickRecord(0)])
  const stores = new Map<string, PartitionStore>()
  const engines: Engines = {
    ...embeddedEngines,
    own: async () => ({
      log,
      store: (name) => {
        const found = stores.get(name) ?? memoryPartitionStore()
        stores.set(name, found)
        return found
      },
      makeTopics: async () => {},
      remove: async () => {},
      close: async () => {},
    }),
  }
  const onProgress = (): void => void putInForce(log, { ...begun, generation: 2 })
  const overtaken = runRebuild(engines, { ...request(), onProgress })
  await expect(overtaken).rejects.toMatchObject({ code: 'EBB_REBUILD_OVERTAKEN' })
  expect(await readInstallation(log)).toMatchObject({ generation: 2 })
})

test('where there is nothing, nothing is begun', async () => {
  const elsewhere = join(shop.folder, 'elsewhere')
  const nothing = rebuild({ place: { folder: elsewhere, namespace: '' } })
  await expect(nothing).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY', where: elsewhere })
})
