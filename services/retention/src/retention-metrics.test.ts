import type { Queries } from '@ebb/postgres/transaction'
import { METRICS } from '@ebb/runtime/telemetry/metrics'
import { recordedTelemetry } from '@ebb/runtime/telemetry/telemetry-fixture'
import { expect, test } from 'vitest'
import { retentionMetrics } from './retention-metrics.ts'

const rig = (query: Queries['query']) => {
  const telemetry = recordedTelemetry()
  const metrics = retentionMetrics(telemetry, { query }, () => 0)
  const values = async ({ name }: { readonly name: string }) =>
    (await telemetry.points(name)).map(({ attributes, value }) => ({ ...attributes, value }))
  return { metrics, values }
}

test('a database that hangs holds nobody up who collects, and is not asked again and again', async () => {
  let asked = 0
  const { values } = rig(() => {
    asked += 1
    return new Promise<never>(() => {})
  })
  expect([await values(METRICS.coupons), await values(METRICS.coupons), asked]).toEqual([[], [], 1])
})

test('a database that fails is asked again, and coupons are then counted once a minute', async () => {
  let asked = 0
  const query = async () => {
    asked += 1
    if (asked === 1) throw new Error('away')
    return [{ status: 'issued', count: 3 }] as never
  }
  const { values } = rig(query)
  expect(await values(METRICS.coupons)).toEqual([])
  expect(await values(METRICS.coupons)).toContainEqual({ status: 'issued', value: 3 })
  await values(METRICS.coupons)
  expect(asked).toBe(2)
})

test('decisions count when their batch is committed, and a batch that is tried again counts once', async () => {
  const { metrics, values } = rig(async () => [])
  const decision = { status: 'none', noActionReason: 'HOLD_OUT' } as const
  metrics.decided(0, [decision])
  metrics.decided(0, [decision])
  expect(await values(METRICS.decisions)).toEqual([])
  const commit = { partition: 0, offset: 1, records: 1, appendedAt: 0 }
  metrics.observer.committed(commit)
  metrics.observer.committed({ ...commit, partition: 1 })
  expect(await values(METRICS.decisions)).toEqual([
    { status: 'none', reason: 'HOLD_OUT', value: 1 },
  ])
})
