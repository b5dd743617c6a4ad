import { join } from 'node:path'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { startNodeProcess } from '@ebb/testkit/node-process'
import { expect, test } from 'vitest'
import { applyPolicy } from './ledger/policies.ts'
import { setMode } from './ledger/settings.ts'
import { COUPON_POLICY, NOON } from './retention-fixture.ts'
import { prepareRetention } from './service.ts'

const server = await usePostgres()

const BUDGETS = 20
const PROCESSES = 4
const ISSUERS = 16
const KILLS = 12
/** Of each budget, in cents: soon used up. */
const LIMIT = 20_00

/** As the policy of the tests, but a coupon is paid by any of twenty budgets. */
const manyBudgets = (): string => {
  const names = Array.from({ length: BUDGETS }, (_, i) => `b${i}`)
  const budgets = names.map((name) => `${name}: { limit: ${LIMIT / 100} }`).join(', ')
  const treatment = (name: string) =>
    `  ten-${name}: { kind: coupon, discount: { percent: 10, maximum: 5 }, validDays: 14, ` +
    `budget: ${name}, channels: [email], messageKey: ten }`
  return COUPON_POLICY.replace('{ main: { limit: 1000 } }', `{ ${budgets} }`)
    .replace(/ {2}ten:[\s\S]*?messageKey: ten/, names.map(treatment).join('\n'))
    .replace('treat: [ten]', `treat: [${names.map((name) => `ten-${name}`).join(', ')}]`)
}

interface BudgetRow {
  readonly id: string
  readonly limit: number
  readonly reserved: number
  readonly spent: number
  readonly issued: number
  readonly redeemed: number
}

const budgetsAndCoupons = (postgres: Postgres): Promise<BudgetRow[]> =>
  postgres.query<BudgetRow>(
    `SELECT budgets.budget_id AS id, limit_minor AS limit, reserved_minor AS reserved,
       spent_minor AS spent,
       coalesce(sum(committed_minor) FILTER (WHERE status = 'issued'), 0)::bigint AS issued,
       coalesce(sum(discount_minor), 0)::bigint AS redeemed
     FROM budgets LEFT JOIN coupons USING (budget_id) WHERE budgets.budget_id LIKE 'b%'
     GROUP BY 1 ORDER BY 1`,
  )

test.skipIf(server === undefined)(
  `${PROCESSES * ISSUERS} issuers on ${BUDGETS} budgets, killed ${KILLS} times: to the cent (C2)`,
  async () => {
    const schema = uniqueName('budget_kills')
    const url = server!.url
    const postgres = await openPostgres({ url, schema, applicationName: schema })
    await prepareRetention(postgres, { currency: 'EUR', now: NOON })
    await setMode(postgres, 'live')
    await applyPolicy(postgres, { text: manyBudgets(), currency: 'EUR', now: NOON })
    let started = 0
    const issuing = () => {
      started += 1
      const name = `p${started}`
      const main = join(import.meta.dirname, 'issuer-process.ts')
      return startNodeProcess({ name, main, args: [url, schema, name, String(ISSUERS)] })
    }
    const running = Array.from({ length: PROCESSES }, issuing)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victim = running[kill % PROCESSES]!
      // All of its issuers are in the middle of something.
      await victim.line(new RegExp(`issuer ${kill % ISSUERS}$`))
      await victim.kill('SIGKILL')
      const budgets = await budgetsAndCoupons(postgres)
      for (const { limit, issued, redeemed } of budgets)
        expect(issued + redeemed).toBeLessThanOrEqual(limit)
      running[kill % PROCESSES] = issuing()
    }
    await Promise.all(running.map((each) => each.kill('SIGKILL')))
    const budgets = await budgetsAndCoupons(postgres)
    expect(budgets).toHaveLength(BUDGETS)
    for (const { reserved, spent, issued, redeemed } of budgets)
      expect([reserved, spent]).toEqual([issued, redeemed])
    const [{ refused } = { refused: 0 }] = await postgres.query<{ refused: number }>(
      `SELECT count(*) AS refused FROM decisions WHERE no_action_reason = 'BUDGET_EXHAUSTED'`,
    )
    // Otherwise nobody was ever at the limit, and the test shows nothing.
    expect(refused).toBeGreaterThan(0)
    await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
    await postgres.close()
  },
)
