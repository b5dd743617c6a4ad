import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { ScorerShared } from '@ebb/scorer/scorer-shared'
import { instantsOf, NOW } from '@ebb/scorer/training/training-fixture'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import type { Ended } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import { orderBy, postEvents, type StartedShop, seen, startedShop } from './live-shop.ts'

const kafka = await useKafka()
const redis = await useRedis()

const CUSTOMERS = 300
const ORDERS_A_REQUEST = 1_000
const PARTITIONS = 2

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-models-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

/** All orders of a shop that began ten months ago. */
const sendYear = async (shop: StartedShop): Promise<void> => {
  const shift = Date.now() - NOW
  const orders = Array.from({ length: CUSTOMERS }, (_, seed) =>
    instantsOf(seed).map((at, i) => {
      const timestamp = new Date(at + shift).toISOString()
      return { ...orderBy(`c${seed}`, `${seed}-${i}`), timestamp }
    }),
  ).flat()
  for (let from = 0; from < orders.length; from += ORDERS_A_REQUEST) {
    const answer = await postEvents(shop, orders.slice(from, from + ORDERS_A_REQUEST))
    expect(await answer.json()).toMatchObject({ refused: 0 })
  }
}

interface Listed {
  readonly promotion?: { readonly version: string; readonly by: string; readonly at: number }
  readonly told?: { readonly version: string; readonly decidedAt: number }
  readonly models: readonly { readonly version: string; readonly isBetter: boolean }[]
}

interface Trained {
  readonly training: { readonly customers: number; readonly version?: string }
}

/** The life of a model in a shop on any engines, by the command line beside `ebb up`. */
const liveOn = async (
  options: readonly string[],
  scoredWith: (version: string) => Promise<void> = async () => {},
): Promise<void> => {
  const env = { ...process.env, ...ANY_PORTS, EBB_PARTITIONS: String(PARTITIONS) }
  const data = ['--data', join(folder, 'data')]
  const ebb = (...args: string[]): Promise<Ended> => runEbb([...options, ...args, ...data], { env })
  const json = async <T>(...args: string[]): Promise<T> => {
    const ended = await ebb('models', ...args, '--json')
    if (ended.code !== 0) throw new Error(ended.err)
    return lastJson(ended) as T
  }
  const listed = () => json<Listed>()
  const toldOf = async (version: string) => {
    await seen(async () => {
      const { promotion, told } = await listed()
      return told?.version === version && told.decidedAt === promotion?.at
    })
    await scoredWith(version)
  }

  const running = startEbb([...options, 'up', ...data], { env })
  await sendYear(await startedShop(running))
  // What was acknowledged is handled a moment later: until then it is not enough to learn from.
  const { training } = await seen(async () => {
    const fitted = await json<Trained>('fit')
    return fitted.training.customers === CUSTOMERS && fitted
  })
  const version = training.version!
  const first = await listed()
  // It may have seen fewer customers first: then that model is in force, and this one not better.
  const inForce = first.promotion!.version
  expect(first.promotion!.by).toBe('rule')
  expect(first.models.map((model) => model.version)).toContain(version)
  await toldOf(inForce)
  expect((await ebb('models')).out).toMatch(new RegExp(`^\\* +${inForce} `, 'm'))

  const page = join(folder, 'card.html')
  expect(await ebb('models', 'show', inForce, '--html', page)).toMatchObject({ code: 0 })
  expect(readFileSync(page, 'utf8')).toMatch(/<svg [\s\S]*<circle [\s\S]*Limits/)
  expect((await ebb('models', 'show', inForce)).out).toMatch(/^Held out: /m)

  expect((await ebb('models', 'promote', inForce)).err).toMatch(/^EBB_MODEL_IN_FORCE: /)
  expect((await ebb('models', 'promote', 'nine')).err).toMatch(/^EBB_MODEL_UNKNOWN: /)
  expect((await ebb('models', 'rollback')).out).toMatch(/^In force: shipped-1\./)
  await toldOf('shipped-1')
  expect((await ebb('models', 'rollback')).err).toMatch(/^EBB_MODEL_NONE_BEFORE: /)
  expect((await ebb('models', 'promote', inForce)).out).toContain(`In force: ${inForce}.`)
  await toldOf(inForce)
  running.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0, signal: null })

  // Nobody runs it: the command does the work itself, and the next owner tells the partitions.
  expect((await json<Trained>('fit')).training.customers).toBe(CUSTOMERS)
  await ebb('models', 'rollback')
  expect((await ebb('models')).out).toContain('as soon as the scorer runs')
  const again = startEbb([...options, 'up', ...data], { env })
  await toldOf('shipped-1')
  again.kill('SIGTERM')
  expect(await again.ended).toMatchObject({ code: 0, signal: null })
}

/** Every partition of the scorer has that model in force. */
const scoredOnEmbedded = async (version: string): Promise<void> => {
  const place = { folder: join(folder, 'data'), namespace: '' }
  const engines = (await embeddedEngines.look(place))!
  const modelIn = async (partition: number) => {
    const { position } = await engines.store(SCORER_PROCESSOR)!.read(partition, [])
    const { shared } = decodePartitionRecord(position!.record)
    return (shared as ScorerShared | undefined)?.promoted?.version
  }
  const partitions = Array.from({ length: EMBEDDED_PARTITIONS }, (_, i) => i)
  await seen(async () =>
    (await Promise.all(partitions.map(modelIn))).every((found) => found === version),
  )
  await engines.close()
}

test('on the embedded engines models are fitted, promoted and taken back beside ebb up', async () => {
  expect((await runEbb(['models', '--data', join(folder, 'data')])).err).toMatch(
    /^EBB_DATA_EMPTY: /,
  )
  await liveOn([], scoredOnEmbedded)
}, 300_000)

test('a demonstration keeps the shipped model, and says so', async () => {
  const data = ['--data', join(folder, 'demo')]
  const demo = startEbb(['demo', ...data], { env: { ...process.env, ...ANY_PORTS } })
  await startedShop(demo)
  for (const change of [['fit'], ['rollback'], ['promote', 'shipped-1']])
    expect((await runEbb(['models', ...change, ...data])).err).toMatch(/^EBB_MODELS_FIXED: /)
  demo.kill('SIGINT')
  await demo.ended
  expect((await runEbb(['models', ...data])).out).toMatch(/^In force: shipped-1, /)
  expect((await runEbb(['models', 'fit', ...data])).err).toMatch(/^EBB_MODELS_FIXED: /)
}, 120_000)

describe.skipIf(kafka === undefined || redis === undefined)('on Kafka and Redis', () => {
  test('models are fitted, promoted and taken back beside ebb up', async () => {
    const options = sharedOptions(kafka!, redis!, uniqueName('models'))
    const env = { ...process.env, ...ANY_PORTS, EBB_PARTITIONS: String(PARTITIONS) }
    expect(await runEbb([...options, 'topics', 'apply'], { env })).toMatchObject({ code: 0 })
    await liveOn(options)
  }, 300_000)
})
