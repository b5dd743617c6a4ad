import { modelSignalCodec } from '@ebb/contracts/model-signal'
import { EVENTS } from '@ebb/contracts/topics'
import { expect, test } from 'vitest'
import { type ModelBook, promotionRecord, versionInForce, writeModels } from './model-book.ts'
import { type Decision, promotionBy, promotionOf, rollbackOf } from './promotion.ts'
import { runTraining } from './run-training.ts'
import { DAY_MS, learningShop, NOW, ownerOf, PARTITIONS, recordsIn } from './training-fixture.ts'

test('visits have a say where it was asked for, and go on to night after night until a rollback', async () => {
  const shop = await learningShop(300)
  const shops = { timeZone: 'UTC', currency: 'EUR', horizonDays: 90 } as const
  const ports = { engines: shop.engines, now: () => NOW, signal: new AbortController().signal }
  await ownerOf(shop, 'nightly').tick(NOW)
  const asked = await runTraining(ports, {
    ...{ ...shops, origin: 'asked', promotes: true, knowsVisits: true },
  })
  const before = await shop.book()
  const { visits } = before.models.get(asked.version!)!
  // Once in three to fifteen days.
  expect(visits!.shape / visits!.rate).toBeGreaterThan(1 / 15)
  expect(visits!.shape / visits!.rate).toBeLessThan(1 / 3)
  expect(before.models.get(versionInForce(before))!.visits).toBeUndefined()

  const decide = async (by: (book: ModelBook) => Decision) => {
    const book = await shop.book()
    await writeModels(shop.log, promotionRecord(promotionOf(book, by(book), NOW)))
  }
  const nightly = async (night: number) => {
    const { version } = await runTraining(ports, { ...shops, origin: 'nightly', promotes: false })
    await ownerOf(shop, 'off').tick(NOW + night * DAY_MS)
    return (await shop.book()).models.get(version!)!.visits
  }
  await decide((book) => promotionBy(book, asked.version!))
  expect(await nightly(1)).toEqual(visits)
  await decide(rollbackOf)
  expect(await nightly(2)).toBeUndefined()
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const told = await recordsIn(shop.log, EVENTS, partition)
    const signals = told.map(({ value }) => modelSignalCodec.decode(value))
    expect(signals.map((signal) => signal.visits)).toEqual([undefined, visits, undefined])
  }
})
