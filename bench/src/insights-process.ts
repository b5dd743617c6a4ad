// Insights on the engines of `ebb up`: in the process that owns the SQLite log and appends to it, as
// the collector does there, and on a real PostgreSQL. Nothing else of Ebb runs here: features and
// alerts are appended as their services write them. Started and told what to do by fed-insights.ts.

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventRecord } from '@ebb/collector/log-records'
import { ALERTS, EMBEDDED_PARTITIONS, FEATURES } from '@ebb/contracts/topics'
import { dashboardKeys } from '@ebb/insights/access/dashboard-keys'
import type { InsightsConfig } from '@ebb/insights/insights-ports'
import { featuresGroup } from '@ebb/insights/read-models'
import { start } from '@ebb/insights/service'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { wallClock } from '@ebb/runtime/clock'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { createLogger } from '@ebb/runtime/logger'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { waitFor } from '@ebb/streaming/retry'
import { canonicalEvent, intakeContext, openBenchEngines, SHOP } from './bench-shop.ts'
import { alertId, alertRecord, appendTo, featuresRecord } from './dashboard-records.ts'
import type { FromInsights, InsightsPlace, ToInsights } from './fed-insights.ts'
import { sendPaced } from './paced-load.ts'
import { shopTraffic } from './shop-traffic.ts'

const EVENTS_A_SECOND = 500
const ALERTS_A_SECOND = 2

const say = (message: FromInsights): void => void process.send!(message)

const hear = async (): Promise<ToInsights> => (await once(process, 'message'))[0]

const serve = async ({ postgresUrl, folder, schema }: InsightsPlace) => {
  const pageFolder = join(folder, 'page')
  mkdirSync(pageFolder)
  const { log } = await openBenchEngines(join(folder, 'data'), wallClock.now)
  const postgres = await openPostgres({ url: postgresUrl, schema, applicationName: schema })
  const grants = openKeysFile(join(folder, 'keys.json'))
  const { key } = await grants.create({ kind: 'person', source: 'viewer', role: 'viewer' })
  const config: InsightsConfig = {
    installation: {
      ...{ timeZone: SHOP.timeZone, currency: SHOP.currency, kind: 'live', generation: 0 },
      ...{ partitions: EMBEDDED_PARTITIONS, begunAt: wallClock.now() },
    },
    ...{ host: '127.0.0.1', port: 0, pageFolder, scoring: SHIPPED_SCORING },
    // Nobody is there: insights asks every five seconds, whoever looks.
    ...{ featuresUrl: 'http://127.0.0.1:1', featuresKey: 'none' },
    ...{ collectorUrl: 'http://127.0.0.1:1', writeKeys: () => [], sessionSecret: 's'.repeat(32) },
    engineNames: [{ need: 'event log', name: 'SQLite' }],
  }
  const { url } = await start(
    {
      generations: onlyGeneration({ generation: 0, log }),
      ...{ postgres, keys: dashboardKeys(grants), clock: wallClock },
      logger: createLogger({ service: 'insights', level: 'warn', destination: process.stderr }),
      onHalt: (error) => {
        throw error
      },
    },
    config,
  )
  return { log, url, key }
}

/** Resolves when all customers stand in the table. */
const fillTable = async (log: EventLog, customers: number): Promise<void> => {
  const now = wallClock.now()
  const records = Array.from({ length: customers }, (_, i) => featuresRecord(i, now))
  await appendTo(log, FEATURES, records)
  const isBehind = async (partition: number): Promise<boolean> => {
    const from = { topic: FEATURES, partition }
    return (await log.advised(featuresGroup(0), from)) < (await log.read(from, 0, 0)).end
  }
  const { signal } = new AbortController()
  for (let partition = 0; partition < EMBEDDED_PARTITIONS; partition += 1)
    while (await isBehind(partition)) await waitFor(50, signal)
}

/** One after the other, evenly over the seconds. */
const appendEvenly = async (
  log: EventLog,
  topic: string,
  records: readonly NewRecord[],
): Promise<void> => {
  const { signal } = new AbortController()
  for (const record of records) {
    await appendTo(log, topic, [record])
    await waitFor(1_000 / ALERTS_A_SECOND, signal)
  }
}

const main = async (): Promise<void> => {
  const place = JSON.parse(process.argv[2]!) as InsightsPlace
  const { customers } = place
  const { log, url, key } = await serve(place)
  await fillTable(log, customers)
  say({ say: 'up', url, key })
  for (let told = await hear(); told.say === 'prepare'; told = await hear()) {
    const { round, seconds } = told
    const now = wallClock.now()
    const next = shopTraffic({ name: `round-${round}`, customers, popularity: 'uniform' })
    const events = Array.from({ length: seconds * EVENTS_A_SECOND }, () => ({
      record: eventRecord(canonicalEvent(next(now), intakeContext(now))),
    }))
    const numbers = Array.from({ length: seconds * ALERTS_A_SECOND }, (_, i) => i)
    const alerts = numbers.map((number) => alertRecord({ round, number }, now))
    say({ say: 'prepared', alertIds: numbers.map((number) => alertId({ round, number })) })
    await hear()
    await Promise.all([
      sendPaced(log, { records: events, perSecond: EVENTS_A_SECOND, sentAt: new Map() }),
      appendEvenly(log, ALERTS, alerts),
    ])
    say({ say: 'fed', events: events.length })
  }
}

// By an exit of its own: a profile of it is written then.
process.once('SIGTERM', () => process.exit())
process.once('disconnect', () => process.exit())
await main()
