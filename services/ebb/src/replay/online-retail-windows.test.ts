import { existsSync } from 'node:fs'
// biome-ignore lint/style/noRestrictedImports: the windows are computed again by SQL, beside Ebb.
import type { DatabaseSync } from 'node:sqlite'
import { statesDigest } from '@ebb/customer/normalise'
import { windows } from '@ebb/customer/windows'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  differences,
  type FoldedRows,
  foldRows,
  NO_DIFFERENCES,
  SPANS,
  windowLines,
} from './folded-rows.ts'
import { type JudgedRows, judgeRows } from './judge-rows.ts'
import { localInstant } from './local-instant.ts'
import { readOnlineRetail } from './online-retail-format.ts'
import { CLEAN_LINES, ONLINE_RETAIL, onlineRetailTable } from './online-retail-table.ts'
import { readReplayFile } from './replay-file.ts'
import type { PlanSettings } from './replay-plan.ts'

const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
const isHere = existsSync(ONLINE_RETAIL)
if (!isHere) console.warn(`NOT RUN: ${ONLINE_RETAIL} is absent, so its windows are not tested.`)

/** That of the shop: the file's days are then the days of its own texts, and SQL needs no zone. */
const timeZone = 'Europe/London'
const BY_TIME: PlanSettings = { order: { kind: 'time' }, repeats: undefined, timeZone }
const COUNTERS = ['orders', 'units', 'grossMinor', 'refunds', 'refundedMinor']

/** Invoices and cancelled invoices, each on the day of its earlier line, then the windows. */
const FACTS = `
  CREATE TEMP TABLE facts AS
    SELECT customer, min(date(at)) AS day, 1 AS orders, sum(quantity) AS units,
      sum(pence) AS grossMinor, 0 AS refunds, 0 AS refundedMinor
    FROM clean GROUP BY customer, invoice
    UNION ALL
    SELECT customer, min(date(at)), 0, 0, 0, 1, sum((abs(quantity) * price10000 + 50) / 100)
    FROM parsed WHERE isCancellation AND hasCustomer GROUP BY customer, invoice;
  CREATE INDEX temp.factsByCustomer ON facts (customer, day)`

const WINDOWS = `
  SELECT known.customer, span, ${COUNTERS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`)}
  FROM (SELECT DISTINCT customer FROM facts WHERE day < :until) AS known
  CROSS JOIN spans
  LEFT JOIN facts ON facts.customer = known.customer
    AND day < :until AND day >= date(:until, '-' || days || ' days')
  GROUP BY known.customer, span`

const TOTALS = `
  SELECT count(DISTINCT iif(orders, customer, NULL)) AS customers, sum(orders) AS orders,
    sum(grossMinor) AS pence
  FROM facts WHERE day < :until`

/** Where it is required it runs, and fails for the lack of the file. */
describe.skipIf(!isHere && !isDataRequired)('Online Retail', () => {
  let table: DatabaseSync
  let judged: JudgedRows
  beforeAll(async () => {
    table = onlineRetailTable()
    table.exec(`${CLEAN_LINES}; ${FACTS}; ${SPANS}`)
    const file = await readReplayFile(ONLINE_RETAIL)
    judged = judgeRows(readOnlineRetail(file, { digest: '', timeZone, now: Date.UTC(2026, 0) }))
  })

  const folded = (plan: PlanSettings, until = Number.POSITIVE_INFINITY): FoldedRows => {
    const rows = judged.accepted.filter(({ occurredAt }) => occurredAt < until)
    return foldRows(rows, judged.events, plan)
  }

  describe.each(['2011-03-02', '2011-08-16', '2011-12-10'])('as known at midnight of %s', (day) => {
    const until = localInstant(day, timeZone)!
    let states: FoldedRows['states']
    beforeAll(() => {
      states = folded(BY_TIME, until).states
    })

    test('has the windows of every customer that SQL finds in the file', () => {
      const byFold = windowLines(states, { until, timeZone, counters: COUNTERS })
      const bySql = table.prepare(WINDOWS).all({ until: day }).map(lineOf)
      expect(differences({ fold: byFold, sql: bySql })).toEqual(NO_DIFFERENCES)
    })

    test('has its customers, orders and revenue to the penny', () => {
      const lifetimes = [...states.values()]
        .map((state) => windows(state, until - 1, timeZone).lifetime)
        .filter(({ orders }) => orders > 0)
      const totals = {
        customers: lifetimes.length,
        orders: lifetimes.reduce((sum, { orders }) => sum + orders, 0),
        pence: lifetimes.reduce((sum, { grossMinor }) => sum + grossMinor, 0),
      }
      expect(totals).toEqual({ ...table.prepare(TOTALS).get({ until: day }) })
    })
  })

  test('has the known totals in SQL', () => {
    const totals = table.prepare(TOTALS).get({ until: '2012-01-01' })
    expect(totals).toEqual({ customers: 4_338, orders: 18_532, pence: 891_140_790 })
  })

  describe('leaves the same states', () => {
    const digestOf = (plan: PlanSettings): string => {
      const { states, clock } = folded(plan)
      return statesDigest(states, clock, timeZone)
    }
    let inOrder: string
    beforeAll(() => {
      inOrder = digestOf(BY_TIME)
    })

    test.each<[string, Partial<PlanSettings>]>([
      ['in reverse', { order: { kind: 'reverse' } }],
      ['shuffled by days', { order: { kind: 'shuffle-day', seed: 11 } }],
      ['with 20 % sent twice', { repeats: { percent: 20, seed: 12 } }],
    ])('%s', (_, plan) => {
      expect(digestOf({ ...BY_TIME, ...plan })).toBe(inOrder)
    })
  })
})

const lineOf = (row: object): string => Object.values(row).join(' ')
