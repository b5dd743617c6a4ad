import { lifecycleAt, RECOVERED_MS } from '@ebb/customer/lifecycle'
import { crossings } from '@ebb/risk/silence/tiers'
import { usePostgres } from '@ebb/testkit/engines'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, NOON, openSchema, rhythmOf, SCORING } from '../insights-fixture.ts'
import { lifecycleInSql } from './lifecycle-in-sql.ts'

const server = await usePostgres()

const customerArb = fc.record({
  repeatDays: fc.nat(2),
  stage: fc.nat(4),
  recoveredAt: fc.option(
    fc.oneof(
      fc.constantFrom(NOON - RECOVERED_MS, NOON - RECOVERED_MS + 1),
      fc.integer({ min: NOON - 2 * RECOVERED_MS, max: NOON }),
    ),
    { nil: null },
  ),
})

test.skipIf(server === undefined)(
  'the database computes the lifecycle as the package does',
  async () => {
    const postgres = await openSchema(server!.url)
    const customers = fc.sample(customerArb, { numRuns: 2_000, seed: 7 })
    const rows = await postgres.query<{ lifecycle: string }>(
      `SELECT ${lifecycleInSql('$1::bigint')} AS lifecycle
       FROM unnest($2::int[], $3::smallint[], $4::bigint[]) WITH ORDINALITY
         AS customers (repeat_days, stage, recovered_at, place) ORDER BY place`,
      [
        NOON,
        customers.map(({ repeatDays }) => repeatDays),
        customers.map(({ stage }) => stage),
        customers.map(({ recoveredAt }) => recoveredAt),
      ],
    )
    await postgres.close()
    expect(rows.map(({ lifecycle }) => lifecycle)).toEqual(
      customers.map((customer) => lifecycleAt(customer, NOON)),
    )
    expect(new Set(rows.map(({ lifecycle }) => lifecycle)).size).toBe(7)
  },
)

test('whoever goes on being silent comes through every later lifecycle in its order', () => {
  const rhythm = rhythmOf(0)
  const { light, moderate, heavy, lost } = crossings(rhythm, SCORING.model, SCORING.policy)
  const days = Array.from({ length: 1_000 }, (_, day) => NOON + day * DAY_MS)
  const seen = days.map((now) => {
    const stage = [light, moderate, heavy, lost].filter((at) => at <= now).length
    return lifecycleAt({ repeatDays: 1, stage, recoveredAt: NOON }, now)
  })
  expect([...new Set(seen)]).toEqual(
    ['recovered', 'active', 'cooling', 'at_risk', 'dormant', 'lost'].filter((each) =>
      seen.includes(each as never),
    ),
  )
  expect(seen.at(-1)).toBe('lost')
})
