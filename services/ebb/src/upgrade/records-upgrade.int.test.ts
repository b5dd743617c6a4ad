import { join } from 'node:path'
import { WINBACKS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { lookAtMigrations, migrate } from '@ebb/postgres/migrations'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { schemaOf } from '@ebb/runtime/engine-settings'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seen } from '../commands/live-shop.ts'
import { readAll } from '../commands/recomputation-fixture.ts'
import { copyOfEarlierData, EARLIER, earlierTables, removeCopy } from './earlier-data.ts'
import { orderOf } from './fixture-history.ts'
import { type RunningCopy, startOn } from './running-copy.ts'

const server = await usePostgres()

const HOUR_MS = 3_600_000
const MIGRATIONS = (service: string): string =>
  join(import.meta.dirname, '../../..', service, 'migrations')

let folder: string
let namespace: string
let retention: Postgres
let insights: Postgres
let ebb: RunningCopy | undefined

/** The tables of the earlier version, filled by it. */
const openEarlier = async (service: 'retention' | 'insights'): Promise<Postgres> => {
  const schema = schemaOf(namespace, service)
  const postgres = await openPostgres({ url: server!.url, schema, applicationName: schema })
  await postgres.query(earlierTables(service))
  return postgres
}

beforeEach(async () => {
  if (server === undefined) return
  folder = copyOfEarlierData()
  namespace = uniqueName('upgrade').replaceAll('_', '-')
  retention = await openEarlier('retention')
  insights = await openEarlier('insights')
})
afterEach(async () => {
  if (server === undefined) return
  await ebb?.stop()
  ebb = undefined
  for (const [postgres, service] of [
    [retention, 'retention'],
    [insights, 'insights'],
  ] as const) {
    await postgres.query(`DROP SCHEMA "${schemaOf(namespace, service)}" CASCADE`)
    await postgres.close()
  }
  removeCopy(folder)
})

const start = async (): Promise<RunningCopy> => {
  ebb = await startOn({
    engines: embeddedEngines,
    folder,
    records: { url: server!.url, namespace },
  })
  return ebb
}

const all = (postgres: Postgres, table: string, columns = '*') =>
  postgres.query(`SELECT ${columns} FROM ${table} ORDER BY 1, 2, 3`)
const OLD_DECISION = 'decision_id, alert_id, mode, status, treatment_id, decided_at, trigger'
const OLD_OFFSETS = 'consumer_group, topic, partition, next_offset'

/** Where a reader of an earlier version stood, and where it stands now. */
const offsets = (postgres: Postgres) =>
  postgres.query<{ next_offset: number; topic: string; partition: number }>(
    `SELECT ${OLD_OFFSETS} FROM topic_offsets ORDER BY 1, 2, 3`,
  )

/** Resolves when readers of a schema have read what is in their topics now: ticks go on coming. */
const caughtUp = async ({ engines }: RunningCopy, postgres: Postgres): Promise<void> => {
  const ends = new Map<string, number>()
  for (const { topic, partition } of await offsets(postgres))
    ends.set(`${topic} ${partition}`, (await engines.log.read({ topic, partition }, 0, 0)).end)
  await seen(async () =>
    (await offsets(postgres)).every(
      ({ topic, partition, next_offset }) =>
        next_offset >= (ends.get(`${topic} ${partition}`) ?? 0),
    ),
  )
}

const ask = async (
  code: string,
  what: string,
  order: { userId: string; key?: string; reservationId?: string },
) => {
  const { userId, reservationId, key = `${what} of ${userId}` } = order
  const response = await fetch(`${ebb!.retention!.url}/v1/coupons/${code}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${EARLIER.shopKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({
      ...{ userId, orderId: `cart of ${userId}`, totalMinor: 3_000, currency: 'USD' },
      ...(reservationId && { reservationId }),
    }),
  })
  return { status: response.status, body: await response.json() }
}

/** Columns of all tables of a schema. */
const shape = (postgres: Postgres) =>
  postgres.query(`SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = current_schema()
    ORDER BY table_name, column_name`)

describe.skipIf(server === undefined)(`tables that version ${EARLIER.version} filled`, () => {
  test.each(['retention', 'insights'] as const)(
    'of %s get the shape of new ones',
    async (service) => {
      const postgres = service === 'retention' ? retention : insights
      const look = () => lookAtMigrations(postgres, { folder: MIGRATIONS(service) })
      const before = await look()
      expect(before.applied).toBeLessThan(before.shipped)
      const stood = await offsets(postgres)
      await migrate(postgres, { folder: MIGRATIONS(service) })
      expect(stood).toHaveLength(8)
      expect(await offsets(postgres)).toEqual(stood)
      expect(await look()).toEqual({ applied: before.shipped, shipped: before.shipped })
      const schema = uniqueName('upgrade_new')
      const fresh = await openPostgres({ url: server!.url, schema, applicationName: schema })
      await migrate(fresh, { folder: MIGRATIONS(service) })
      const own = (rows: unknown) => JSON.stringify(rows).replaceAll(/"[^"]*nextval[^"]*"/g, 'null')
      expect(own(await shape(postgres))).toBe(own(await shape(fresh)))
      await fresh.query(`DROP SCHEMA "${schema}" CASCADE`)
      await fresh.close()
    },
  )

  test('are read on from where they stood, and nothing is decided or sent again', async () => {
    const decided = await all(retention, 'decisions', OLD_DECISION)
    const stood = await offsets(retention)
    const waiting = await all(retention, 'outbox', 'id, topic, key, value, not_before, expires_at')
    expect([decided.length, waiting.length]).toEqual([5, 1])
    const running = await start()
    const sent = await readAll(running.engines.log, WINBACKS)
    await caughtUp(running, retention)
    expect(await all(retention, 'decisions', OLD_DECISION)).toEqual(decided)
    expect(await all(retention, 'outbox', 'id, topic, key, value, not_before, expires_at')).toEqual(
      waiting,
    )
    expect(await readAll(running.engines.log, WINBACKS)).toEqual(sent)
    for (const [index, { next_offset }] of (await offsets(retention)).entries())
      expect(next_offset).toBeGreaterThanOrEqual(stood[index]!.next_offset)
  })

  test('publish what waited in the outbox when its time has come, once', async () => {
    const running = await start()
    const [waiting] = await retention.query('SELECT id FROM outbox')
    running.clock.at += 12 * HOUR_MS
    const sent = await seen(async () => {
      const records = await readAll(running.engines.log, WINBACKS)
      return records.length === 5 && records.map(({ record }) => record)
    })
    const [last] = sent.filter(({ key }) => key === 'u:waiting')
    const trigger = JSON.parse(Buffer.from(last!.value).toString('utf8'))
    expect(trigger).toMatchObject({ treatment: { coupon: { code: EARLIER.codes.waiting } } })
    expect(trigger.decisionId).toBe(waiting!['id'])
    await seen(async () => (await retention.query('SELECT FROM outbox')).length === 0)
    const [decision] = await retention.query(
      `SELECT status FROM decisions WHERE customer_id = 'u:waiting'`,
    )
    expect(decision).toEqual({ status: 'sent' })
  })

  test('hold coupons that are redeemed, or refused, as they were', async () => {
    await start()
    const { codes, redeemed } = EARLIER
    const again = await ask(codes.redeemed, 'redemptions', { userId: 'redeemed' })
    expect(again).toEqual({ status: 201, body: redeemed })
    const other = await ask(codes.redeemed, 'redemptions', { userId: 'redeemed', key: 'another' })
    expect(other).toMatchObject({ status: 409 })
    expect(await ask(codes.issued, 'redemptions', { userId: 'issued' })).toMatchObject({
      ...{ status: 201, body: { discountMinor: 300 } },
    })
    // It was held for a quarter of an hour, on a wall clock that went on since.
    const until = [Date.now() + HOUR_MS]
    await retention.query(
      'UPDATE coupons SET reserved_until_wall = $1 WHERE reservation_id IS NOT NULL',
      until,
    )
    const redeem = (over: object) =>
      ask(codes.reserved, 'redemptions', { userId: 'reserved', ...over })
    const held = await redeem({ key: 'without it' })
    expect(held).toMatchObject({ status: 409, body: { reason: 'RESERVED' } })
    const taken = await redeem({ reservationId: EARLIER.reservationId })
    expect(taken).toMatchObject({ status: 201, body: { discountMinor: 300 } })
    const [budget] = await retention.query(
      `SELECT reserved_minor, spent_minor FROM budgets WHERE budget_id = 'main'`,
    )
    expect(budget).toEqual({ reserved_minor: 1_000, spent_minor: 900 })
  })

  test('show customers and alerts as they were, and go on with new events', async () => {
    const customers = await all(insights, 'customers', 'customer_id, stage, orders, alert_version')
    const alerts = await all(insights, 'alerts', 'alert_id, version, tier')
    expect([customers.length, alerts.length]).toEqual([EARLIER.counted.customers, 6])
    const running = await start()
    await seen(() => running.customer('u:spooled'))
    await caughtUp(running, insights)
    expect(await all(insights, 'alerts', 'alert_id, version, tier')).toEqual(alerts)
    const now = await all(insights, 'customers', 'customer_id, stage, orders, alert_version')
    expect(now).toEqual(expect.arrayContaining(customers))
    await running.post(orderOf('issued', EARLIER.now))
    await seen(async () => {
      const [row] = await insights.query(
        `SELECT stage, orders FROM customers WHERE customer_id = 'u:issued'`,
      )
      return row?.['stage'] === 0 && row['orders'] === 2
    })
  })
})
