import { existsSync } from 'node:fs'
// biome-ignore lint/style/noRestrictedImports: the sessions are computed again by SQL, beside Ebb.
import { DatabaseSync } from 'node:sqlite'
import { canonicalise } from '@ebb/collector/canonical-form'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { statesDigest } from '@ebb/customer/normalise'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  differences,
  type FoldedRows,
  foldRows,
  NO_DIFFERENCES,
  SPANS,
  windowLines,
} from './folded-rows.ts'
import { localInstant } from './local-instant.ts'
import type { PlanSettings } from './replay-plan.ts'
import type { ReplayRow } from './replay-row.ts'
import { RETENTIONEERING, retentioneeringLines, retentioneeringRows } from './retentioneering.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isHere = existsSync(RETENTIONEERING)
if (!isHere) console.warn(`NOT RUN: ${RETENTIONEERING} is absent, so its sessions are not tested.`)

/** Nine hours ahead all year; 75 sessions cross its midnight, and none that of UTC. */
const timeZone = 'Asia/Tokyo'
const BY_TIME: PlanSettings = { order: { kind: 'time' }, repeats: undefined, timeZone }
const COUNTERS = ['sessions', 'dwellSeconds', 'bounces']
/** Sessions are open then, one of them with one event so far; some cross the week's first midnight. */
const MIDNIGHTS = ['2024-04-17', '2024-04-24']
/** The day behind the last of the file. */
const END = '2024-07-01'

const tableOf = (lines: readonly string[]): DatabaseSync => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE clicks (row INTEGER PRIMARY KEY, customer, visit, event, time)')
  const insert = database.prepare(
    'INSERT INTO clicks (customer, visit, event, time) VALUES (?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (const line of lines) insert.run(...line.split(',').slice(0, 4))
  database.exec('COMMIT')
  return database
}

/** Of what happened before the midnight of `:until`; a session is of the day on which it starts. */
const SESSIONS = `
  WITH clicked AS (
    SELECT customer, row, visit, unixepoch(time) AS at FROM clicks
    WHERE date(time, '+9 hours') < :until),
  spaced AS (
    SELECT *, at - lag(at) OVER (PARTITION BY customer ORDER BY at, row) AS gap FROM clicked),
  numbered AS (
    SELECT *, sum(gap IS NULL OR gap > 30 * 60)
      OVER (PARTITION BY customer ORDER BY at, row) AS number FROM spaced),
  sessions AS (
    SELECT customer, date(min(at), 'unixepoch', '+9 hours') AS day, max(at) - min(at) AS seconds,
      count(*) AS events, count(DISTINCT visit) AS visits, max(visit) AS visit,
      date(max(at), 'unixepoch', '+9 hours') AS lastDay
    FROM numbered GROUP BY customer, number)`

const WINDOWS = `
  ${SESSIONS}
  SELECT known.customer, span, count(sessions.day) AS sessions,
    coalesce(sum(seconds), 0) AS dwellSeconds, count(iif(events = 1, 1, NULL)) AS bounces
  FROM (SELECT DISTINCT customer FROM clicked) AS known
  CROSS JOIN spans
  LEFT JOIN sessions ON sessions.customer = known.customer
    AND day >= date(:until, '-' || days || ' days')
  GROUP BY known.customer, span`

/** Where it is required it runs, and fails for the lack of the file. */
describe.skipIf(!isHere && !isDataRequired)('the clickstream of retentioneering', () => {
  let table: DatabaseSync
  let rows: readonly ReplayRow[]
  let events: ReadonlyMap<ReplayRow, CanonicalEvent>
  beforeAll(() => {
    table = tableOf(retentioneeringLines())
    table.exec(SPANS)
    rows = retentioneeringRows()
    events = new Map(rows.map((row) => [row, eventOf(row)]))
  })

  const bySql = (until: string): string[] =>
    table
      .prepare(WINDOWS)
      .all({ until })
      .map((line) => Object.values(line).join(' '))

  const byFold = (day: string): string[] => {
    const until = localInstant(day, timeZone)!
    const past = rows.filter(({ occurredAt }) => occurredAt < until)
    const { states } = foldRows(past, events, BY_TIME)
    return windowLines(states, { until, timeZone, counters: COUNTERS })
  }

  test('is read to its last row', () => {
    const names = [...events.values()].map(({ name }) => name)
    expect(names).toHaveLength(31_106)
    expect(new Set(rows.map(({ item }) => item['userId'])).size).toBe(600)
    expect(names.filter((name) => name === 'Order Completed')).toHaveLength(470)
  })

  test('has in SQL the very sessions that the file names', () => {
    const sql = `${SESSIONS}
      SELECT count(*) AS sessions, count(DISTINCT visit) AS visits, max(visits) AS visitsOfOne,
        sum(day <> lastDay) AS overMidnight FROM sessions`
    expect({ ...table.prepare(sql).get({ until: END }) }).toEqual({
      sessions: 3_605,
      visits: 3_605,
      visitsOfOne: 1,
      overMidnight: 75,
    })
  })

  test('has the sessions, dwell time and bounces of every customer that SQL finds in it', () => {
    const ofLifetime = (lines: string[]) => lines.filter((line) => line.includes(' lifetime '))
    const both = { fold: ofLifetime(byFold(END)), sql: ofLifetime(bySql(END)) }
    expect(differences(both)).toEqual(NO_DIFFERENCES)
  })

  test.each(MIDNIGHTS)('has them in every window at midnight of %s', (day) => {
    expect(differences({ fold: byFold(day), sql: bySql(day) })).toEqual(NO_DIFFERENCES)
  })

  test('leaves the same states shuffled by days, with 20 % sent twice on their day', () => {
    const digestOf = ({ states, clock }: FoldedRows) => statesDigest(states, clock, timeZone)
    const twice = [...rows, ...rows.filter(({ row }) => row % 5 === 0)]
    const shuffled: PlanSettings = { ...BY_TIME, order: { kind: 'shuffle-day', seed: 13 } }
    const inOrder = digestOf(foldRows(rows, events, BY_TIME))
    expect(digestOf(foldRows(twice, events, shuffled))).toBe(inOrder)
  })
})

const eventOf = ({ item, occurredAt, row }: ReplayRow): CanonicalEvent => {
  const outcome = canonicalise(item, {
    source: 'storefront',
    sourceRank: 1,
    receivedAt: occurredAt,
    indexInBatch: row,
    baseCurrency: 'USD',
    rates: {},
  })
  if ('refused' in outcome) throw new Error(outcome.refused.what)
  return outcome.ok
}
