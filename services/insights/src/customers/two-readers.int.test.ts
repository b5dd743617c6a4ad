import { setTimeout as wait } from 'node:timers/promises'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alertsHandler } from '../alerts/alerts-reader.ts'
import {
  alertRecord,
  DAY_MS,
  featuresRecord,
  NOON,
  openSchema,
  SCORING,
  tick,
} from '../insights-fixture.ts'
import { prepareInsights } from '../read-models.ts'
import { featuresHandler } from './features-reader.ts'

const server = await usePostgres()
const PARTITION = 0
const onSkip = () => {}
const readFeatures = featuresHandler({
  ...{ scoring: SCORING, generation: 0, partitions: 1, timeZone: 'UTC', onSkip },
})
const readAlerts = alertsHandler({ timeZone: 'UTC', onSkip })

const inLog = (records: readonly NewRecord[]): LogRecord[] =>
  records.map((record, offset) => ({ headers: {}, ...record, offset, appendedAt: NOON + DAY_MS }))

describe.skipIf(server === undefined)('features and alerts of customers nobody knew', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await openSchema(server!.url)
    await prepareInsights(postgres)
    await postgres.transaction((tx) => readFeatures(tx, inLog([tick(NOON)]), PARTITION))
  })
  afterAll(() => postgres.close())

  /** Runs work in a transaction; `waits` resolves when it waits for what another one holds. */
  const begin = async (work: (tx: Transaction) => Promise<void>) => {
    const begun = Promise.withResolvers<number>()
    const ended = postgres.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      begun.resolve(row!.pid)
      await work(tx)
    })
    const pid = await begun.promise
    const blockers = 'SELECT cardinality(pg_blocking_pids($1)) AS count'
    const waits = async (): Promise<void> => {
      while ((await postgres.query<{ count: number }>(blockers, [pid]))[0]!.count === 0)
        await wait(20)
    }
    return { ended: ended.then(() => 'ended', String), waits }
  }

  test('are read at once without a ring: what makes the rows late waits for who makes them first', async () => {
    // The second day brings who comes first by key.
    const features = inLog([
      featuresRecord('u:zoe', '0.1.0'),
      tick(NOON + DAY_MS),
      featuresRecord('u:ann', '0.2.0'),
    ])
    const alerts = inLog([alertRecord('u:ann', '0.5.0'), alertRecord('u:zoe', '0.6.0')])
    // Stops features between the two days.
    const locked = Promise.withResolvers<void>()
    const letGo = Promise.withResolvers<void>()
    const gate = await begin(async (tx) => {
      await tx.query('SELECT 1 FROM grading_days FOR UPDATE')
      locked.resolve()
      await letGo.promise
    })
    await locked.promise
    const first = await begin((tx) => readFeatures(tx, features, PARTITION))
    await first.waits()
    const second = await begin((tx) => readAlerts(tx, alerts, PARTITION))
    await second.waits()
    letGo.resolve()
    const ends = await Promise.all([gate, first, second].map(({ ended }) => ended))
    expect(ends).toEqual(['ended', 'ended', 'ended'])
    expect(
      await postgres.query('SELECT customer_id, alert_stage, orders FROM customers ORDER BY 1'),
    ).toEqual(['u:ann', 'u:zoe'].map((customer_id) => ({ customer_id, alert_stage: 1, orders: 2 })))
  })
})
