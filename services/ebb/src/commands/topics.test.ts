import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CliContext } from '../cli-context.ts'
import { appendEvents, day, order, type TestShop, testShop } from './shop-fixture.ts'
import { topicsCommand } from './topics.ts'

const topics = (context: CliContext) => topicsCommand(context, { timeZone: 'UTC', currency: 'USD' })

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

test('topics and processors are shown with what waits for them', async () => {
  await shop.live([order('anna', day(0)), order('bob', day(0))], [day(1), day(2)])
  await shop.owned((engines) => appendEvents(engines, [order('anna', day(3))]))
  expect(await shop.run(topics)).toEqual([
    'topic                partitions  records  last append, Europe/Berlin',
    'ebb.installation.v1           1        1  2040-01-01 01:00:00',
    'ebb.events.v1                 2        7  2040-01-01 01:00:00',
    'ebb.rejects.v1                2        0  empty',
    'ebb.traffic.v1                1        0  empty',
    'ebb.features.v1               2        6  2040-01-01 01:00:00',
    'ebb.orders.v1                 2        2  2040-01-01 01:00:00',
    'ebb.alerts.v1                 2        0  empty',
    'ebb.winbacks.v1               2        0  empty',
    'ebb.models.v1                 1        0  empty',
    '',
    'processor  reads            records behind  clock, Europe/Berlin',
    'features   ebb.events.v1                 1  2026-01-03 01:00:00',
    'scorer     ebb.features.v1               0  2026-01-03 01:00:00',
  ])
})

test('for programs it is one object, partition by partition', async () => {
  await shop.live([order('anna', day(0))], [day(1)])
  const [line, ...rest] = await shop.run(topics, '--json')
  expect(rest).toEqual([])
  const { topics: sizes, processors } = JSON.parse(line!)
  expect(sizes[1]).toMatchObject({ name: 'ebb.events.v1', partitions: 2, records: 3 })
  expect(sizes[2].lastAppendAt).toBeNull()
  expect(processors[0].standings).toEqual([
    { partition: 0, offset: 2, end: 2, clock: day(1) },
    { partition: 1, offset: 1, end: 1, clock: day(1) },
  ])
})

test('a processor that never ran is told apart from one that is behind', async () => {
  await shop.owned(async () => {})
  const lines = await shop.run(topics)
  expect(lines.at(-1)).toBe('scorer     ebb.features.v1               –  never ran')
  const [line] = await shop.run(topics, '--json')
  expect(JSON.parse(line!).processors[0]).toMatchObject({ lag: null, standings: null })
})

test('a folder without data is named', async () => {
  const run = shop.run(topics, '--data', `${shop.folder}/elsewhere`)
  await expect(run).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY' })
})
