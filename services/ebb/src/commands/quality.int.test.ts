import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import {
  type EmbeddedPostgres,
  embeddedPostgresUrl,
  startEmbeddedPostgres,
} from '@ebb/embedded/embedded-postgres'
import { qualityReaders } from '@ebb/insights/quality/quality-readers'
import { prepareInsights } from '@ebb/insights/read-models'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRecords } from '../business-records.ts'
import { qualityCommand } from './quality.ts'
import { type TestShop, testShop } from './shop-fixture.ts'

const records = embeddedRecords({ start: startEmbeddedPostgres, urlOf: embeddedPostgresUrl })
const NOON = Date.UTC(2026, 5, 1, 12)

let shop: TestShop
let server: EmbeddedPostgres
beforeAll(async () => {
  shop = testShop(embeddedEngines)
  await shop.owned(async () => {})
  server = await startEmbeddedPostgres({ folder: shop.folder, durability: 'killed-process' })
})
afterAll(async () => {
  await server.stop()
  shop.remove()
})

const run = (...args: string[]): Promise<string[]> =>
  shop.run((context) => qualityCommand({ ...context, records }), ...args)

/** Counts ten events of a storefront, and six that were refused. */
const count = async (): Promise<void> => {
  const event = {
    ...{ id: '1', type: 'track', name: 'Loyalty Joined', customer: { userId: 'ann' } },
    ...{ source: 'web', sourceRank: 2, occurredAt: NOON - 7_200_000, receivedAt: NOON },
    ...{ properties: {}, context: {} },
  }
  const reject = {
    ...{ id: 'r', source: 'web', code: 'EBB_EVENT_TOO_OLD', message: 'm', where: 'w' },
    ...{ receivedAt: NOON, payload: '', payloadBytes: 0 },
  }
  const settings = { url: server.url, schema: 'insights', applicationName: 'test' }
  const postgres = await openPostgres(settings)
  await prepareInsights(postgres)
  for (const { topic, handle } of qualityReaders({ timeZone: 'UTC', kind: 'live' })) {
    const value = { [EVENTS]: event, [REJECTS]: reject }[topic]
    const times = topic === EVENTS ? 10 : 6
    const record = { key: 'u:ann', headers: {}, appendedAt: NOON, offset: 0 }
    const bytes = Buffer.from(JSON.stringify(value ?? {}))
    const list = Array.from({ length: times }, () => ({ ...record, value: bytes }))
    await postgres.transaction((tx) => handle(tx, list, 0))
  }
  await postgres.close()
}

describe('ebb quality', () => {
  test('says so where nothing came', async () => {
    expect(await run('--to', '2026-06-01')).toEqual([])
    expect(shop.told.at(-1)).toBe('Nothing came from 2026-05-26 to 2026-06-01.')
  })

  test('shows a line a source and day, with what is beyond its limit', async () => {
    await count()
    const [head, line, ...rest] = await run('--to', '2026-06-02')
    expect(head).toMatch(/^day +source +accepted +refused +half within +95 % within +beyond its/)
    expect(line).toMatch(/^2026-06-01 {2}web +10 +6 +3 h +3 h {2}refused 37.5%, late 100%, unk/)
    expect(rest).toEqual([])
  })

  test('prints all that is measured for programs', async () => {
    const [line] = await run('--json', '--from', '2026-06-01', '--to', '2026-06-01')
    const { days, ...page } = JSON.parse(line!)
    expect(page).toEqual({ from: '2026-06-01', to: '2026-06-01', sources: ['web'] })
    expect(days[0].measures[0]).toEqual({ measure: 'refused', faulty: 6, of: 16, isBad: true })
    expect(await run('--json', '--source', 'app', '--to', '2026-06-01')).toHaveLength(1)
  })

  test.each(['yesterday', '2026-02-31', '2026-6-1'])('takes no day such as %s', async (day) => {
    await expect(run('--from', day)).rejects.toThrow('Give a day such as 2026-06-01.')
  })
})
