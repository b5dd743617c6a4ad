import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { horizonRevenue } from '@ebb/risk/expected-loss'
import { riskAt } from '@ebb/risk/silence/tiers'
import { usePostgres } from '@ebb/testkit/engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  featuresRecord,
  NOON,
  type Rig,
  rhythmOf,
  SCORING,
  startRig,
} from '../insights-fixture.ts'
import { fillHorizonRevenue } from './fill-horizon-revenue.ts'
import { lossAtStake } from './loss-at-stake.ts'

const server = await usePostgres()

describe.skipIf(server === undefined)('what the horizon would have brought', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(server!.url)
    const windows = { lifetime: { orders: 2, netMinor: 7_000 } }
    const many = Array.from({ length: 1_500 }, (_, i) =>
      featuresRecord(`u:${i}`, '0.1.0', { rhythm: rhythmOf(60), windows }),
    )
    await append(rig.log, FEATURES, many)
    await rig.log.settled()
  })
  afterAll(() => rig.stop())

  const kept = () =>
    rig.postgres.query<{ revenue: number | null; customers: number }>(
      'SELECT horizon_revenue AS revenue, count(*) AS customers FROM customers GROUP BY 1 ORDER BY 1',
    )

  test('is reckoned for those who were known before, and left as it is where it is known', async () => {
    const right = horizonRevenue(rhythmOf(60), 7_000, SCORING)
    expect(await kept()).toEqual([{ revenue: right, customers: 1_500 }])
    await rig.postgres.query(
      `UPDATE customers SET horizon_revenue = CASE customer_id WHEN 'u:7' THEN 1 END`,
    )
    await fillHorizonRevenue(rig.postgres, SCORING)
    expect(await kept()).toEqual([
      { revenue: 1, customers: 1 },
      { revenue: right, customers: 1_499 },
    ])
  })

  test('times the risk is at stake, of those at risk alone: not of the healthy, nor of the lost', async () => {
    expect(await lossAtStake(rig.postgres, SCORING, NOON)).toBe(0)
    await append(rig.log, ALERTS, [
      alertRecord('u:1', '0.9.0'),
      alertRecord('u:2', '0.9.0', { kind: 'lost', tier: 'heavy' }),
      alertRecord('u:3', '0.9.0', { tier: 'heavy' }),
    ])
    await rig.log.settled()
    const atStake = horizonRevenue(rhythmOf(60), 7_000, SCORING)
    const each = 0.3 * riskAt(rhythmOf(60), NOON, SCORING) * atStake
    expect(await lossAtStake(rig.postgres, SCORING, NOON)).toBe(Math.round(2 * each))
  })
})
