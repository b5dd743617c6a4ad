import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { expect, test } from 'vitest'
import { METRICS } from './metrics.ts'
import { readerMetrics } from './reader-metrics.ts'
import { recordedTelemetry } from './telemetry-fixture.ts'

const TOPIC = 'ebb.events.v1'
const record = { key: 'u:ann', value: Buffer.from('{}') }

const rig = () => {
  const clock = { at: 100_000 }
  const log = memoryEventLog({ topics: [{ name: TOPIC, partitions: 2 }], now: () => clock.at })
  const telemetry = recordedTelemetry()
  const measured = { reader: 'features', topic: TOPIC, log, now: () => clock.at }
  const metrics = readerMetrics(telemetry, '@ebb/features', measured)
  const points = async ({ name }: { readonly name: string }) =>
    (await telemetry.points(name)).map(({ attributes, value }) => [attributes['partition'], value])
  return { clock, log, metrics, points }
}

test('lag is what waits behind the offset, and for how long the clock has stood', async () => {
  const { clock, log, metrics, points } = rig()
  await log.append({ topic: TOPIC, partition: 0 }, [record, record, record])
  metrics.acquired!({ partition: 0, offset: 0, clock: 95_000 })
  metrics.acquired!({ partition: 1, offset: 0, clock: 95_000 })
  expect(await points(METRICS.lagRecords)).toEqual([
    ['0', 3],
    ['1', 0],
  ])
  expect(await points(METRICS.lagTime)).toEqual([
    ['0', 5],
    ['1', 0],
  ])
  clock.at = 101_000
  metrics.committed!({ partition: 0, offset: 3, clock: 101_000 })
  expect(await points(METRICS.lagRecords)).toEqual([
    ['0', 0],
    ['1', 0],
  ])
})

test('a timer is overdue from its instant on, until it has fired', async () => {
  const { clock, metrics, points } = rig()
  const at = (nextDue: number | undefined) =>
    metrics.committed!({ partition: 0, offset: 0, clock: clock.at, nextDue })
  metrics.acquired!({ partition: 0, offset: 0, clock: 0, nextDue: 99_000 })
  expect(await points(METRICS.timerOverdue)).toEqual([['0', 1]])
  at(102_000)
  expect(await points(METRICS.timerOverdue)).toEqual([['0', 0]])
  clock.at = 104_500
  expect(await points(METRICS.timerOverdue)).toEqual([['0', 2.5]])
  at(undefined)
  expect(await points(METRICS.timerOverdue)).toEqual([['0', 0]])
})

test('copies are counted', async () => {
  const { metrics, points } = rig()
  metrics.committed!({ partition: 0, offset: 2, clock: 1, copies: 2 })
  metrics.committed!({ partition: 0, offset: 3, clock: 1, copies: 1 })
  expect((await points(METRICS.recordsDeduplicated)).map(([, value]) => value)).toEqual([3])
})

test('a partition that was given up lags no more: its new owner says how it stands', async () => {
  const { log, metrics, points } = rig()
  await log.append({ topic: TOPIC, partition: 0 }, [record])
  metrics.acquired!({ partition: 0, offset: 0, clock: 0 })
  expect(await points(METRICS.lagRecords)).toEqual([['0', 1]])
  metrics.revoked!(0)
  expect(await points(METRICS.lagRecords)).toEqual([['0', 0]])
  expect(await points(METRICS.lagTime)).toEqual([['0', 0]])
})

test('a reader without ticks is as late as the last record that it has handled', async () => {
  const { clock, log, metrics, points } = rig()
  await log.append({ topic: TOPIC, partition: 0 }, [record])
  clock.at = 107_000
  await log.append({ topic: TOPIC, partition: 0 }, [record])
  metrics.committed!({ partition: 0, offset: 1, appendedAt: 100_000 })
  expect(await points(METRICS.lagTime)).toEqual([['0', 7]])
  metrics.committed!({ partition: 0, offset: 2, appendedAt: 107_000 })
  expect(await points(METRICS.lagTime)).toEqual([['0', 0]])
  // Hours without a record are no delay: what comes now waits from now on.
  clock.at += 3 * 3_600_000
  expect(await points(METRICS.lagTime)).toEqual([['0', 0]])
  clock.at += 1_000
  await log.append({ topic: TOPIC, partition: 0 }, [record])
  expect(await points(METRICS.lagTime)).toEqual([['0', 1]])
})

test('a log that hangs holds nobody up who collects', async () => {
  const { clock, log } = rig()
  const telemetry = recordedTelemetry()
  const hanging = { ...log, read: () => new Promise<never>(() => {}) }
  const metrics = readerMetrics(telemetry, '@ebb/features', {
    ...{ reader: 'features', topic: TOPIC, log: hanging, now: () => clock.at },
  })
  metrics.committed!({ partition: 0, offset: 1, clock: 90_000 })
  expect((await telemetry.points(METRICS.lagTime.name)).map(({ value }) => value)).toEqual([10])
})

test('while the log is away the lag is not known, and the time that passes is', async () => {
  const { clock, log } = rig()
  const telemetry = recordedTelemetry()
  const away = { ...log, read: () => Promise.reject(new Error('away')) }
  const metrics = readerMetrics(telemetry, '@ebb/features', {
    ...{ reader: 'features', topic: TOPIC, log: away, now: () => clock.at },
  })
  metrics.committed!({ partition: 0, offset: 1, clock: 90_000 })
  expect(await telemetry.points(METRICS.lagRecords.name)).toEqual([])
  expect((await telemetry.points(METRICS.lagTime.name)).map(({ value }) => value)).toEqual([10])
})
