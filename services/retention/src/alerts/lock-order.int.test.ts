import type { AlertRecord } from '@ebb/contracts/alert-record'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { untilBlocked } from '@ebb/postgres/postgres-fixture'
import type { Transaction } from '@ebb/postgres/transaction'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { expect, onTestFinished, test } from 'vitest'
import { applyPolicy } from '../ledger/policies.ts'
import { setMode } from '../ledger/settings.ts'
import { alertOf, alertRecord, COUPON_POLICY, NOON } from '../retention-fixture.ts'
import { prepareRetention } from '../service.ts'
import { handleAlerts } from './handle-alerts.ts'

const server = await usePostgres()

/** Light silence is paid from one budget, moderate silence from another. */
const TWO_BUDGETS = COUPON_POLICY.replace('{ main: {', '{ first: { limit: 1000 }, second: {')
  .replace('budget: main', 'budget: first')
  .replace(
    '  survey: { kind: survey,',
    '  survey: { kind: coupon, discount: { percent: 10, maximum: 5 }, validDays: 14, budget: second,',
  )

const shop = async (): Promise<{ schema: string; postgres: Postgres; other: Postgres }> => {
  const schema = uniqueName('lock_order')
  const settings = { url: server!.url, schema, applicationName: schema }
  const [postgres, other] = [await openPostgres(settings), await openPostgres(settings)]
  await prepareRetention(postgres, { currency: 'EUR', now: NOON })
  await setMode(postgres, 'live')
  await applyPolicy(postgres, { text: TWO_BUDGETS, currency: 'EUR', now: NOON })
  onTestFinished(async () => {
    await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
    await Promise.all([postgres.close(), other.close()])
  })
  return { schema, postgres, other }
}

/** Tells when the first budget was taken from, and goes on when it may. */
const pausedAtBudgets = (tx: Transaction, { reached, goOn }: Pause): Transaction => {
  let isFirst = true
  return {
    ...tx,
    query: async <Row>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
      const rows = await tx.query<Row>(text, values)
      if (isFirst && text.includes('UPDATE budgets')) {
        isFirst = false
        reached()
        await goOn
      }
      return rows
    },
  }
}

interface Pause {
  readonly reached: () => void
  readonly goOn: Promise<unknown>
}

/** Somebody falls silent and comes back at once, behind whom another one falls silent. */
const backAndForth = (name: string, tiers: readonly [string, string]) => {
  const silent = (customerId: string, tier: string) =>
    alertOf({ customerId, tier: tier as AlertRecord['tier'] })
  const back = alertOf({ customerId: `u:${name}`, kind: 'recovered' })
  return [silent(`u:${name}`, tiers[0]), back, silent(`u:${name} too`, tiers[1])]
}

test.skipIf(server === undefined)(
  'batches that take from budgets in opposite orders do not wait for each other',
  async () => {
    const { schema, postgres, other } = await shop()
    const handle = handleAlerts({ timeZone: 'UTC', currency: 'EUR' })
    const reached = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    // Either both hold a budget, or one waits for the other from the beginning.
    const goOn = Promise.race([
      Promise.all(reached.map(({ promise }) => promise)),
      untilBlocked(other, schema),
    ])
    const batches = [
      backAndForth('ann', ['light', 'moderate']),
      backAndForth('bob', ['moderate', 'light']),
    ]
    const works = batches.map((alerts, partition) =>
      postgres.transaction((tx) => {
        const records = alerts.map((alert, offset) => {
          return { offset, headers: {}, appendedAt: NOON, ...alertRecord(alert) }
        })
        const paused = pausedAtBudgets(tx, { reached: reached[partition]!.resolve, goOn })
        return handle(paused, records, partition)
      }),
    )
    await Promise.all(works)
    const budgets = await postgres.query(
      `SELECT budget_id AS id, reserved_minor AS reserved FROM budgets
       WHERE budget_id IN ('first', 'second') ORDER BY id`,
    )
    expect(budgets).toEqual([
      { id: 'first', reserved: 500 },
      { id: 'second', reserved: 500 },
    ])
  },
)
