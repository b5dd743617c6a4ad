import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import type { NewRecord } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { usePostgres } from '@ebb/testkit/engines'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listAlerts } from './alerts/alert-list.ts'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  NOON,
  openSchema,
  rhythmOf,
  SCORING,
  SILENT,
  tick,
  type WaitingLog,
  waitingLog,
} from './insights-fixture.ts'
import { keepReadModels } from './read-models.ts'

const server = await usePostgres()

const keep = (log: WaitingLog, postgres: Postgres, generation = 0) =>
  keepReadModels({
    ...{ generations: onlyGeneration({ generation, log }), postgres, scoring: SCORING },
    ...{ logger: SILENT, telemetry: NO_TELEMETRY },
    ...{ timeZone: 'UTC', kind: 'live' },
    now: () => NOON,
    onHalt: (error) => {
      throw error
    },
  })

const customer = async (postgres: Postgres, key: string) => {
  const [row] = await postgres.query('SELECT * FROM customers WHERE customer_id = $1', [key])
  return row
}

describe.skipIf(server === undefined)('the tables', () => {
  let log: WaitingLog
  let postgres: Postgres
  let stop: () => Promise<void>
  beforeEach(async () => {
    log = waitingLog()
    postgres = await openSchema(server!.url)
    const tables = await keep(log, postgres)
    stop = async () => {
      await tables.stop()
      await postgres.close()
    }
  })
  afterEach(() => stop())

  const send = async (topic: string, ...records: NewRecord[]): Promise<void> => {
    await append(log, topic, records)
    await log.settled()
  }

  test('a customer has the rhythm, the money and the crossings of the newest features', async () => {
    const old = featuresRecord('u:ann', '0.3.0', { windows: {} })
    const now = featuresRecord('u:ann', '0.5.0', { userId: 'ann', consent: { marketing: true } })
    await send(FEATURES, now, old)
    expect(await customer(postgres, 'u:ann')).toMatchObject({
      user_id: 'ann',
      revenue_minor: 5_000,
      orders: 2,
      last_at: NOON - 10 * DAY_MS,
      analytics: null,
      marketing: true,
      stage: 0,
      next_at: expect.any(Number),
    })
    const row = await customer(postgres, 'u:ann')
    expect(row?.['light_at']).toBe(row?.['next_at'])
  })

  test('a customer whose every order was cancelled has no rhythm and no next standing', async () => {
    const without = JSON.parse(Buffer.from(featuresRecord('u:ann', '0.9.0').value).toString())
    delete without.rhythm
    const value = Buffer.from(JSON.stringify(without))
    await send(FEATURES, featuresRecord('u:ann', '0.1.0'), {
      ...featuresRecord('u:ann', '0.9.0'),
      value,
    })
    expect(await customer(postgres, 'u:ann')).toMatchObject({
      ...{ orders: null, last_at: null, light_at: null, lost_at: null, next_at: null },
    })
  })

  test.each([
    ['at_risk', 'moderate', 2],
    ['lost', 'heavy', 4],
    ['recovered', 'healthy', 0],
    ['withdrawn', 'healthy', 0],
    ['reopened', 'light', 1],
  ] as const)('after %s the standing is that of the alert', async (kind, tier, stage) => {
    await send(FEATURES, featuresRecord('u:ann', '0.1.0'))
    await send(ALERTS, alertRecord('u:ann', '0.5.0', { kind, tier }))
    expect(await customer(postgres, 'u:ann')).toMatchObject({ stage, alert_reason: 'UNKNOWN' })
  })

  test('an older alert that comes late changes no standing, and is in the list', async () => {
    await send(ALERTS, alertRecord('u:ann', '0.7.0', { kind: 'recovered', tier: 'healthy' }))
    await send(ALERTS, alertRecord('u:ann', '0.5.0', { tier: 'heavy' }))
    expect(await customer(postgres, 'u:ann')).toMatchObject({ stage: 0 })
    expect(await postgres.query('SELECT kind FROM alerts ORDER BY kind')).toEqual([
      { kind: 'at_risk' },
      { kind: 'recovered' },
    ])
  })

  test('an alert that visits began says so in the list, the others do not', async () => {
    await send(ALERTS, alertRecord('u:ann', '0.5.0', { tier: 'light', signal: 'visits' }))
    await send(ALERTS, alertRecord('u:bob', '0.6.0', { tier: 'light' }))
    const alerts = await listAlerts(postgres, { limit: 10 })
    const signals = alerts.map(({ customerId, signal }) => [customerId, signal])
    expect(Object.fromEntries(signals)).toEqual({ 'u:ann': 'visits', 'u:bob': undefined })
    expect(alerts.filter((alert) => 'signal' in alert)).toHaveLength(1)
  })

  test('a tier that a late order takes back is left, although no alert says so', async () => {
    // Offsets 0 and 1 of the topic; the alert was caused at 0.
    await send(FEATURES, featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(120) }))
    await send(ALERTS, alertRecord('u:ann', '0.0.0', { tier: 'heavy' }))
    expect(await customer(postgres, 'u:ann')).toMatchObject({ stage: 3 })
    const slower = rhythmOf(120, { firstAt: NOON - 900 * DAY_MS, repeatDays: 3, orders: 4 })
    await send(FEATURES, featuresRecord('u:ann', '0.2.0', { rhythm: slower }))
    const row = await customer(postgres, 'u:ann')
    const { below_light: light, below_moderate: moderate, below_heavy: heavy } = row ?? {}
    expect(row?.['stage']).toBe([light, moderate, heavy].findIndex((place) => place !== null))
    expect(row?.['stage']).toBeLessThan(3)
  })

  test('a reopened episode that was lost already is lost', async () => {
    await send(FEATURES, featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(900) }))
    await send(ALERTS, alertRecord('u:ann', '0.5.0', { kind: 'reopened', tier: 'heavy' }))
    expect(await customer(postgres, 'u:ann')).toMatchObject({ stage: 4, next_at: null })
  })

  test('what cannot be read, or has no version, is passed over', async () => {
    const broken = { ...featuresRecord('u:ann', '0.1.0'), value: Buffer.from('{}') }
    const { headers: _none, ...nameless } = featuresRecord('u:ann', '0.2.0')
    await send(FEATURES, broken, nameless, featuresRecord('u:bob', '0.1.0'))
    const rows = await postgres.query('SELECT customer_id FROM customers')
    expect(rows).toEqual([{ customer_id: 'u:bob' }])
  })

  test('states of a new generation are read from the beginning, and replace the old', async () => {
    await send(FEATURES, featuresRecord('u:ann', '0.70.0', { userId: 'old' }))
    await log.append({ topic: FEATURES, partition: 0 }, [tick(NOON)])
    await log.settled()
    await append(log, FEATURES, [featuresRecord('u:ann', '1.2.0', { userId: 'new' })])
    const rebuilt = await keep(log, postgres, 1)
    await log.settled()
    expect(await customer(postgres, 'u:ann')).toMatchObject({ user_id: 'new' })
    expect(await postgres.query('SELECT generation, clock FROM partition_clocks')).toEqual([
      { generation: 1, clock: NOON },
    ])
    await rebuilt.stop()
  })

  test('the clock of a partition is its last tick', async () => {
    await log.append({ topic: FEATURES, partition: 1 }, [tick(NOON - 5), tick(NOON - 9)])
    await log.settled()
    const told = { promoted: null, told_at: -1, holds: [] }
    expect(await postgres.query('SELECT * FROM partition_clocks')).toEqual([
      { partition: 1, generation: 0, clock: NOON - 5, ...told },
    ])
  })
})

const PLACES = 8
const customerArb = fc.constantFrom('u:ann', 'u:bob', 'a:1')
const featuresArb = fc
  .record({ customer: customerArb, offset: fc.nat(PLACES), daysAgo: fc.constantFrom(5, 90, 200) })
  .map(({ customer, offset, daysAgo }) =>
    featuresRecord(customer, `0.${offset}.0`, { rhythm: rhythmOf(daysAgo), asOf: NOON + offset }),
  )
const alertArb = fc
  .record({
    customer: customerArb,
    offset: fc.nat(PLACES),
    tier: fc.constantFrom('light' as const, 'moderate' as const, 'heavy' as const),
  })
  .map(({ customer, offset, tier }) =>
    // The same version is the same record.
    alertRecord(customer, `0.${offset}.${['light', 'moderate', 'heavy'].indexOf(tier)}`, {
      tier,
      raisedAt: NOON + offset,
    }),
  )

describe.skipIf(server === undefined)('any order of the two topics, and copies', () => {
  const rowsAfter = async (
    features: readonly NewRecord[],
    alerts: readonly NewRecord[],
    order: readonly boolean[],
  ): Promise<unknown> => {
    const log = waitingLog()
    const postgres = await openSchema(server!.url)
    const tables = await keep(log, postgres)
    try {
      const waiting = { [FEATURES]: [...features], [ALERTS]: [...alerts] }
      for (const isFeatures of [
        ...order,
        ...features.map(() => true),
        ...alerts.map(() => false),
      ]) {
        const topic = isFeatures ? FEATURES : ALERTS
        await append(log, topic, waiting[topic]!.splice(0, 2))
        await log.settled()
      }
      const customers = await postgres.query('SELECT * FROM customers ORDER BY customer_id')
      return {
        // How often a row changed is no fact: it says that its tags are to be told again.
        customers: customers.map(({ changes: _, ...facts }) => facts),
        alerts: await postgres.query('SELECT * FROM alerts ORDER BY alert_id'),
      }
    } finally {
      await tables.stop()
      await postgres.close()
    }
  }

  test('give the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(featuresArb, { maxLength: 8 }),
        fc.array(alertArb, { maxLength: 8 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (features, alerts, order) => {
          const once = await rowsAfter(features, alerts, [])
          const [copies, back] = [[...alerts, ...alerts], [...alerts].reverse()]
          expect(await rowsAfter([...features, ...features], copies, order)).toEqual(once)
          expect(
            await rowsAfter(
              features,
              back,
              order.map((turn) => !turn),
            ),
          ).toEqual(once)
        },
      ),
      { numRuns: 12, seed: 5 },
    )
  })
})
