import {
  compareModelSignals,
  MODEL_SIGNAL_KEY,
  modelSignalCodec,
} from '@ebb/contracts/model-signal'
import { EVENTS, MODELS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { missingTopic } from '@ebb/streaming/faults'
import { expect, test } from 'vitest'
import { SHIPPED_SCORING } from '../shipped-model.ts'
import { fitInWorker } from './fit-in-worker.ts'
import { modelRecord, promotionRecord, versionInForce, writeModels } from './model-book.ts'
import { promotionBy, promotionOf, rollbackOf } from './promotion.ts'
import { tellPromotion } from './tell-promotion.ts'
import {
  DAY_MS,
  type LearningShop,
  learningShop,
  NOW,
  ownerOf,
  PARTITIONS,
  recordsIn,
} from './training-fixture.ts'

const HOUR_MS = 3_600_000

/** What each partition was told, in its order. */
const signalsIn = ({ log }: LearningShop) =>
  Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      const records = await recordsIn(log, EVENTS, partition)
      expect(records.every(({ key }) => key === MODEL_SIGNAL_KEY)).toBe(true)
      return records.map(({ value }) => modelSignalCodec.decode(value))
    }),
  )

test('the first tick fits a model, promotes it, and tells every partition once', async () => {
  const shop = await learningShop(300)
  const { tick } = ownerOf(shop, 'nightly')
  await tick(NOW)
  const { models, promotion, told, training } = await shop.book()
  const [model] = models.values()
  expect(model).toMatchObject({ origin: 'start', upTo: NOW, customers: 300, isBetter: true })
  expect(model!.model.kind).toBe('mbg-nbd')
  expect(model!.spend!.kind).toBe('gamma-gamma')
  expect(training).toMatchObject({ at: NOW, version: model!.version })
  expect(promotion).toMatchObject({ version: model!.version, by: 'rule', before: ['shipped-1'] })
  expect(told).toMatchObject({ version: model!.version, decidedAt: promotion!.at })
  const { version, model: parameters, spend } = model!
  const signal = { version, at: promotion!.at, model: parameters, spend }
  expect(await signalsIn(shop)).toEqual([[signal], [signal]])
})

test('the next one is due at the first tick behind three at night, and only once', async () => {
  const shop = await learningShop(300)
  const { tick } = ownerOf(shop, 'nightly')
  const trainings = async (clock: number) => {
    await tick(clock)
    return (await shop.book()).training!.origin
  }
  expect(await trainings(NOW)).toBe('start')
  expect(await trainings(NOW + 22 * HOUR_MS)).toBe('start')
  // The states of this shop stand at NOW, whatever the tick says: its training stays of that night.
  expect(await trainings(NOW + 23 * HOUR_MS)).toBe('nightly')
})

test('what was trained last night is not trained again by the next owner', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'nightly').tick(NOW)
  const before = await shop.book()
  await ownerOf(shop, 'nightly').tick(NOW + HOUR_MS)
  expect(await shop.book()).toEqual(before)
})

test('a model that was just fitted to all is not beaten by the next one of the same data', async () => {
  const shop = await learningShop(300)
  const { tick } = ownerOf(shop, 'nightly')
  await tick(NOW)
  const { promotion } = await shop.book()
  await tick(NOW + DAY_MS)
  const { training, promotion: after } = await shop.book()
  expect([training!.origin, after]).toEqual(['nightly', promotion])
})

test('killed between the promotion and the last partition, the next owner tells all of them', async () => {
  const shop = await learningShop(300)
  const killed: EventLog = {
    ...shop.log,
    append: (to, records) =>
      to.topic === EVENTS && to.partition === 1
        ? Promise.reject(new Error('killed'))
        : shop.log.append(to, records),
  }
  await ownerOf(shop, 'nightly', killed).tick(NOW)
  expect((await signalsIn(shop)).map(({ length }) => length)).toEqual([1, 0])
  expect((await shop.book()).told).toBeUndefined()
  await ownerOf(shop, 'nightly').tick(NOW + 5_000)
  const [first, second] = await signalsIn(shop)
  // The copy in the first partition has the same (at, version): it changes nothing.
  expect(first).toEqual([second![0], second![0]])
  expect((await shop.book()).told!.version).toBe(second![0]!.version)
})

test('two trainers at once do no harm: one version, the same signals', async () => {
  const shop = await learningShop(300)
  const [one, other] = [ownerOf(shop, 'nightly'), ownerOf(shop, 'nightly')]
  await Promise.all([one.tick(NOW), other.tick(NOW)])
  const { models, promotion } = await shop.book()
  expect([...models.keys()]).toEqual([promotion!.version])
  for (const signals of await signalsIn(shop))
    expect(new Set(signals.map(({ version }) => version))).toEqual(new Set([promotion!.version]))
})

test('a shop of few customers is told what is missing, and nothing else happens', async () => {
  const shop = await learningShop(150)
  await ownerOf(shop, 'nightly').tick(NOW)
  const { models, promotion, training } = await shop.book()
  expect([models.size, promotion]).toEqual([0, undefined])
  expect(training).toMatchObject({ customers: 150, origin: 'start' })
  expect(training!.why).toMatch(/^not enough data yet: 90 days ago 150 of 200 customers/)
  expect(await signalsIn(shop)).toEqual([[], []])
})

test('EBB_TRAINING=record fits and grades, and promotes nothing', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'record').tick(NOW)
  const { models, promotion, training } = await shop.book()
  expect([...models.values()].map(({ isBetter }) => isBetter)).toEqual([true])
  expect(promotion).toBeUndefined()
  expect(training!.why).toMatch(/not promoted: EBB_TRAINING is record$/)
})

test('EBB_TRAINING=off fits nothing, and still tells what somebody promotes and takes back', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'record').tick(NOW)
  const { tick } = ownerOf(shop, 'off')
  const [version] = (await shop.book()).models.keys()
  const decide = async (by: typeof rollbackOf) => {
    const book = await shop.book()
    await writeModels(shop.log, promotionRecord(promotionOf(book, by(book), NOW)))
  }
  await decide((book) => promotionBy(book, version!))
  await tick(NOW + DAY_MS)
  await decide(rollbackOf)
  await tick(NOW + 2 * DAY_MS)
  const book = await shop.book()
  expect([versionInForce(book), book.training!.at]).toEqual(['shipped-1', NOW])
  const [signals] = await signalsIn(shop)
  expect(signals!.map(({ version: told }) => told)).toEqual([version, 'shipped-1'])
  expect(signals![1]!.at).toBeGreaterThan(signals![0]!.at)
})

test('of two promotions decided at once on two clocks the last one of the book counts', async () => {
  const shop = await learningShop(0)
  const told = { version: 'a-fast-clock', decidedAt: NOW + DAY_MS, at: NOW + DAY_MS }
  const promotion = { version: 'shipped-1', at: NOW, by: 'operator', why: 'x', before: [] } as const
  await tellPromotion(shop.log, {
    models: new Map(),
    promotion: { ...promotion, before: [] },
    told,
  })
  expect(await signalsIn(shop)).toMatchObject([[{ at: told.at + 1 }], [{ at: told.at + 1 }]])
})

test('a training that is ended early leaves nothing, and a partition that is lost ends it', async () => {
  const shop = await learningShop(300)
  const { committed, observer, stop } = ownerOf(shop, 'nightly')
  committed(NOW)
  observer.revoked!(0)
  await stop()
  expect(await shop.book()).toEqual({ models: new Map() })
})

test('what somebody promotes while a model is fitted does not wait for the fit', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'record').tick(NOW)
  const [version] = (await shop.book()).models.keys()
  const { observer, committed, stop } = ownerOf(shop, 'nightly')
  committed(NOW + DAY_MS)
  // The customers are read, and the thread begins.
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
  const decided = promotionOf(await shop.book(), promotionBy(await shop.book(), version!), NOW)
  await writeModels(shop.log, promotionRecord(decided))
  for (let clock = NOW + DAY_MS; (await shop.book()).told === undefined; clock += 1) {
    committed(clock)
    await new Promise(setImmediate)
  }
  // The fit that the first tick began goes on: nothing of it is there yet.
  const written = (await recordsIn(shop.log, MODELS, 0)).map(({ key }) => key)
  expect(written).toEqual([version, '~training', '~promotion', '~told'])
  observer.revoked!(0)
  await stop()
})

test('of promotions that were not told to the end a later one counts in every partition', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'record').tick(NOW)
  const { models } = await shop.book()
  const told = { version: 'a-fast-clock', decidedAt: NOW, at: NOW + DAY_MS }
  const tell = (version: string, at: number) => {
    const promotion = { version, at, by: 'operator', why: 'x', before: [] as string[] } as const
    return tellPromotion(shop.log, { models, promotion, told })
  }
  const [fitted] = models.keys()
  // Killed before it wrote down that all were told: the next one knows as much as it did.
  await tell('shipped-1', NOW + 1)
  await tell(fitted!, NOW + 2)
  const [signals] = await signalsIn(shop)
  expect(signals!.toSorted(compareModelSignals).map(({ version }) => version)).toEqual([
    'shipped-1',
    fitted,
  ])
})

test('what could not be read back is not written: the book stays open', async () => {
  const shop = await learningShop(300)
  await ownerOf(shop, 'record').tick(NOW)
  const before = await shop.book()
  const [model] = before.models.values()
  const torn = { ...model!, version: 'torn', logLikelihood: Number.NEGATIVE_INFINITY }
  const writing = writeModels(shop.log, modelRecord(model!), modelRecord(torn))
  await expect(writing).rejects.toMatchObject({ code: 'EBB_MODEL_UNREADABLE' })
  expect(await recordsIn(shop.log, MODELS, 0)).toHaveLength(2)
  expect(await shop.book()).toEqual(before)
})

test('a thread is not begun for who was told to end before', async () => {
  const signal = AbortSignal.abort(new Error('told to end'))
  const { model: champion } = SHIPPED_SCORING
  const task = { block: new Float64Array(0), horizonDays: 90, champion, knowsVisits: false }
  await expect(fitInWorker(task, signal)).rejects.toThrow('told to end')
})

test('a topic of models that nobody made is told once, and trained into once it is there', async () => {
  const shop = await learningShop(300)
  let isThere = false
  const missing = missingTopic(MODELS)
  const log: EventLog = {
    ...shop.log,
    read: (from, ...slice) =>
      isThere || from.topic !== MODELS ? shop.log.read(from, ...slice) : Promise.reject(missing),
  }
  const { tick, told } = ownerOf(shop, 'nightly', log)
  for (let ticks = 0; ticks < 3; ticks += 1) await tick(NOW + ticks * 5_000)
  expect(told).toEqual(['cannot see to the models; trying again with each tick'])
  isThere = true
  await tick(NOW + 15_000)
  expect(told.slice(1).sort()).toEqual([
    ...['a training has ended', 'another model is in force', 'sees to the models again'],
  ])
  expect((await shop.book()).training).toMatchObject({ customers: 300 })
})

test('other partitions train nothing', async () => {
  const shop = await learningShop(300)
  const { observer, stop } = ownerOf(shop, 'nightly')
  observer.acquired!({ partition: 1, offset: 0, clock: 0, nextDue: undefined })
  observer.committed!({
    ...{ partition: 1, offset: 1, records: 1, clock: NOW, copies: 0, nextDue: undefined },
  })
  await stop()
  expect((await shop.book()).training).toBeUndefined()
})
