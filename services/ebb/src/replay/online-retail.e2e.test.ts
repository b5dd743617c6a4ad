import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// biome-ignore lint/style/noRestrictedImports: the totals are computed again by SQL, beside Ebb.
import type { DatabaseSync } from 'node:sqlite'
import { orderRhythm } from '@ebb/customer/order-rhythm'
import { windows } from '@ebb/customer/windows'
import { readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { unpackFeaturesState } from '@ebb/features/features-state'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import type { Ended } from '@ebb/testkit/node-process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAll, lastJson, runEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import { CLEAN_LINES, ONLINE_RETAIL, onlineRetailTable } from './online-retail-table.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isHere = existsSync(ONLINE_RETAIL)
if (!isHere) console.warn(`NOT RUN: ${ONLINE_RETAIL} is absent, so its replay is not tested.`)

const kafka = await useKafka()
const redis = await useRedis()
const on = kafka && redis ? sharedOptions(kafka, redis, uniqueName('retail')) : []

/** Where it is required it runs, and fails for the lack of the file. */
describe.skipIf(!isHere && !isDataRequired)('the replay of Online Retail', () => {
  let folder: string
  let table: DatabaseSync
  let summary: Record<string, unknown>
  let shared: Promise<Ended>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-retail-'))
    table = onlineRetailTable()
    table.exec(CLEAN_LINES)
    // It takes about as long, so it runs beside.
    if (on.length > 0) shared = replayOn(join(folder, 'shared'), ...on)
    summary = lastJson(await replayOn(join(folder, 'embedded')))
  })
  afterAll(async () => {
    await endAll()
    rmSync(folder, { recursive: true })
  })

  const replayOn = (root: string, ...engines: readonly string[]): Promise<Ended> => {
    const options = ['--format', 'online-retail', '--data', root, '--json']
    return runEbb([...engines, 'replay', ONLINE_RETAIL, ...options])
  }

  const number = (sql: string): number => Number(Object.values(table.prepare(sql).get()!)[0])

  test('counts and adds up what a query over the raw file does', () => {
    expect(number("SELECT count(*) FROM lines WHERE price GLOB '*.?????*'")).toBe(0)
    expect(summary).toMatchObject({
      customers: number('SELECT count(DISTINCT customer) FROM clean'),
      orders: number('SELECT count(DISTINCT invoice) FROM clean'),
      refunds: number(
        'SELECT count(DISTINCT invoice) FROM parsed WHERE isCancellation AND hasCustomer',
      ),
      rejects:
        number('SELECT count(*) FROM lines') -
        number('SELECT count(*) FROM clean') -
        number('SELECT count(*) FROM parsed WHERE isCancellation AND hasCustomer'),
      revenue: { amount: number('SELECT sum(pence) FROM clean'), currency: 'GBP' },
    })
  })

  test('comes to the known totals of this file', () => {
    expect(summary).toMatchObject({
      customers: 4_338,
      orders: 18_532,
      refunds: 3_654,
      rejects: 541_909 - 397_884 - 8_905,
      revenue: { amount: 891_140_790, currency: 'GBP' },
    })
  })

  test('knows each customer’s orders, money and days as the query does', async () => {
    expect(await customersBelow(join(folder, 'embedded'))).toEqual(
      table
        .prepare(
          `SELECT customer, count(*) AS orders, sum(pence) AS pence, min(at) AS firstAt,
             max(at) AS lastAt, count(DISTINCT substr(at, 1, 10)) AS days
           FROM (SELECT customer, sum(pence) AS pence, min(at) AS at FROM clean GROUP BY invoice)
           GROUP BY customer ORDER BY customer`,
        )
        .all()
        .map((row) => ({ ...row })),
    )
  })

  test.skipIf(on.length === 0)('comes to the same in all on Kafka and Redis', async () => {
    const ended = await shared
    expect(ended).toMatchObject({ code: 0 })
    expect(lastJson(ended)).toEqual(summary)
  })
})

const customersBelow = async (root: string) => {
  const engines = readEmbeddedEngines(join(root, readdirSync(root)[0]!))!
  const all = []
  for (const partition of [0, 1, 2, 3])
    for await (const [key, bytes] of engines.store('features')!.scan(partition)) {
      const { customer } = unpackFeaturesState(bytes)
      const rhythm = orderRhythm(customer, 'UTC')
      if (rhythm === undefined) continue
      const { orders, grossMinor } = windows(customer, customer.changedAt, 'UTC').lifetime
      const iso = (at: number) => new Date(at).toISOString().slice(0, 19)
      all.push({
        customer: key.slice(2),
        orders,
        pence: grossMinor,
        firstAt: iso(rhythm.firstAt),
        lastAt: iso(rhythm.lastAt),
        days: rhythm.repeatDays + 1,
      })
    }
  engines.close()
  return all.sort((a, b) => (a.customer < b.customer ? -1 : 1))
}
