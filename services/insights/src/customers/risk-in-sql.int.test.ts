import { probabilityOfNoOrder, type RiskModel } from '@ebb/risk/models/risk-model'
import { DEFAULT_TIER_POLICY, riskAt, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { usePostgres } from '@ebb/testkit/engines'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, NOON, openSchema } from '../insights-fixture.ts'
import { riskInSql } from './risk-in-sql.ts'

const server = await usePostgres()

const rhythmArb = fc
  .record({
    repeatDays: fc.nat(3_000),
    historyMs: fc.nat(8_000 * DAY_MS),
    silenceMs: fc.integer({ min: -DAY_MS, max: 40_000 * DAY_MS }),
  })
  .map(({ repeatDays, historyMs, silenceMs }) => {
    const lastAt = NOON - silenceMs
    return { repeatDays, firstAt: repeatDays === 0 ? lastAt : lastAt - historyMs, lastAt }
  })

const MODELS: readonly RiskModel[] = [
  SHIPPED_PRIORS,
  { kind: 'bg-nbd', parameters: { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 } },
  { kind: 'pareto-nbd', parameters: { r: 0.553, alpha: 10.577, s: 0.606, beta: 11.669 } },
]

test.skipIf(server === undefined).each(MODELS.map((model) => [model.kind, model] as const))(
  'the database computes the risk of %s as the package does',
  async (_kind, model) => {
    const scoring = { model, policy: DEFAULT_TIER_POLICY }
    const postgres = await openSchema(server!.url)
    const rhythms = fc.sample(rhythmArb, { numRuns: 2_000, seed: 7 })
    const rows = await postgres.query<{ risk: number }>(
      `SELECT ${riskInSql(scoring, '$1::bigint')} AS risk
       FROM unnest($2::int[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
         AS customers (repeat_days, first_at, last_at, place) ORDER BY place`,
      [
        NOON,
        rhythms.map(({ repeatDays }) => repeatDays),
        rhythms.map(({ firstAt }) => firstAt),
        rhythms.map(({ lastAt }) => lastAt),
      ],
    )
    await postgres.close()
    expect(rows).toHaveLength(rhythms.length)
    for (const [place, rhythm] of rhythms.entries())
      expect(Math.abs(rows[place]!.risk - riskAt(rhythm, NOON, scoring))).toBeLessThan(1e-9)
  },
)

test('the models differ about a customer who ordered once, long ago', () => {
  const once = { frequency: 0, recency: 0, age: 500 }
  const risks = MODELS.map((model) => probabilityOfNoOrder(model, once, 13))
  expect(new Set(risks).size).toBe(MODELS.length)
})
