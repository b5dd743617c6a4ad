import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import {
  type EmbeddedPostgres,
  embeddedPostgresUrl,
  startEmbeddedPostgres,
} from '@ebb/embedded/embedded-postgres'
import { keepReadModels } from '@ebb/insights/read-models'
import { writeTags } from '@ebb/insights/tags/tag-rows'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { createLogger } from '@ebb/runtime/logger'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { onlyGeneration } from '@ebb/streaming/generation'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRecords } from '../business-records.ts'
import { day, order, SHOP, type TestShop, testShop } from './shop-fixture.ts'
import { tagsCommand } from './tags.ts'

const records = embeddedRecords({ start: startEmbeddedPostgres, urlOf: embeddedPostgresUrl })

let shop: TestShop
let server: EmbeddedPostgres

const databaseOf = () =>
  openPostgres({ url: server.url, schema: 'insights', applicationName: 'tags test' })

/** Lets insights read all that there is. */
const readAll = () =>
  shop.owned(async ({ log }) => {
    const postgres = await databaseOf()
    const halted = Promise.withResolvers<never>()
    const tables = await keepReadModels({
      ...{ generations: onlyGeneration({ generation: 0, log }), postgres },
      ...{
        scoring: SHIPPED_SCORING,
        timeZone: SHOP.timeZone,
        kind: 'live',
        telemetry: NO_TELEMETRY,
      },
      ...{ logger: createLogger({ service: 'test', level: 'silent' }), now: () => day(9) },
      onHalt: halted.reject,
    })
    const customers = async () =>
      (await postgres.query('SELECT FROM customers WHERE orders > 0')).length
    while ((await customers()) < 3) await Promise.race([halted.promise, log.partitions(EVENTS)])
    await tables.stop()
    await postgres.transaction((tx) =>
      writeTags(tx, [{ customerId: 'u:ben', tags: ['old', 'once'], changes: 0 }], {
        ...{ version: 0, day: 0 },
      }),
    )
    await postgres.close()
  })

beforeAll(async () => {
  shop = testShop(embeddedEngines)
  const orders = [
    order('ann', day(1)),
    order('ann', day(3)),
    order('ben', day(2)),
    order('cy', day(4)),
  ]
  await shop.live(orders, [day(5)])
  server = await startEmbeddedPostgres({ folder: shop.folder, durability: 'killed-process' })
  await readAll()
})
afterAll(async () => {
  await server.stop()
  shop.remove()
})

const run = (...args: string[]): Promise<string[]> =>
  shop.run((context) => tagsCommand({ ...context, records }), ...args)

const fileWith = (tags: Readonly<Record<string, string>>): string => {
  const file = join(shop.folder, 'tags.json')
  const list = Object.entries(tags).map(([tag, when]) => ({ tag, when }))
  writeFileSync(file, JSON.stringify({ tags: list }))
  return file
}

describe('ebb tags', () => {
  test('finds nothing wrong, or says what and where', async () => {
    expect(await run('check', fileWith({ vip: 'orders.d90 >= 3' }))).toEqual([
      'Nothing is wrong with them: 1 tags.',
    ])
    const checked = run('check', fileWith({ vip: 'orders.d91 >= 3', Big: 'true' }))
    await expect(checked).rejects.toThrow(
      /EBB_TAGS_INVALID: The rules have 2 problems[\s\S]*tags\[0\]\.when, character 8: No such key: d91\.[\s\S]*tags\[1\]\.tag/,
    )
    await expect(run('check', join(shop.folder, 'none'))).rejects.toMatchObject({
      code: 'EBB_TAGS_FILE',
    })
  })

  test('tries rules out: who would gain and lose each tag', async () => {
    const file = fileWith({
      again: 'orders.d7 == 2 && revenue.d7 == 40.0',
      once: 'orderDays == 1 && lifecycle == "new"',
      gold: 'profile.plan == "gold"',
      nobody: 'false',
    })
    const lines = await run('dry-run', file)
    expect(lines).toEqual([
      '3 customers; nothing was changed.',
      '',
      expect.stringMatching(/^tag +would have it +gain +lose +such as$/),
      expect.stringMatching(/^again +1 +1 +0 +\+u:ann$/),
      expect.stringMatching(/^gold +0 +0 +0 *$/),
      expect.stringMatching(/^nobody +0 +0 +0 *$/),
      expect.stringMatching(/^old +0 +0 +1 +-u:ben$/),
      expect.stringMatching(/^once +2 +1 +0 +\+u:cy$/),
      expect.stringMatching(/^gold cannot be told of 3 customers: No such key: plan\. .*has\(/),
    ])
    const [json] = await run('dry-run', file, '--json')
    expect(JSON.parse(json!)).toMatchObject({ customers: 3, waiting: 0 })
  })

  test('applies rules as the next version, once, and shows them as they were written', async () => {
    expect(await run('show')).toEqual(['{ "tags": [] }'])
    const file = fileWith({ vip: 'orders.d90 >= 3' })
    expect(await run('apply', file)).toEqual([expect.stringMatching(/^In force as version 1\./)])
    expect(await run('apply', file)).toEqual(['They are in force already, as version 1.'])
    expect(await run('show')).toEqual(['{"tags":[{"tag":"vip","when":"orders.d90 >= 3"}]}'])
    expect(await run('apply', fileWith({}))).toEqual([expect.stringContaining('version 2')])
  })
})
