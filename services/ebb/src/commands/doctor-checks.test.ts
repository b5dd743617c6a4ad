import type { Installation } from '@ebb/contracts/installation'
import { TOPICS } from '@ebb/contracts/topics'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { expect, test } from 'vitest'
import { attempt } from './doctor-check.ts'
import { checkDisk, checkNode } from './doctor-machine.ts'
import { checkClocks, checkLag, checkTopics } from './doctor-pipeline.ts'
import { day } from './shop-fixture.ts'

const MIB = 2 ** 20

const installation = (kind: Installation['kind']): Installation => ({
  ...{ timeZone: 'UTC', currency: 'EUR', partitions: 4, begunAt: day(0), generation: 0, kind },
})

const standings = (...clocks: number[]) =>
  clocks.map((clock, partition) => ({ partition, offset: 0, end: 0, clock }))

test('an old Node fails', () => {
  const of = (version: string) => checkNode(version).status
  expect(['20.19.0', '9.0.0', '24.0.0', '26.1.0'].map(of)).toEqual(['fail', 'fail', 'ok', 'ok'])
})

test('little space is a warning, next to none a failure', () => {
  const of = (free: number) => checkDisk(free * MIB).status
  expect([2_000, 1_024, 1_023, 100, 99].map(of)).toEqual(['ok', 'ok', 'warn', 'warn', 'fail'])
})

test('a processor is behind by the records of all its partitions', () => {
  const behind = (end: number) =>
    checkLag({ name: 'scorer', input: 'in' }, [
      { partition: 0, offset: 0, end, clock: 0 },
      { partition: 1, offset: 5, end: 5, clock: 0 },
    ])
  expect(behind(1_000)).toMatchObject({ status: 'ok', found: '1,000 records behind the end of in' })
  expect(behind(1_001).status).toBe('warn')
})

test('a missing topic fails, and so does one of another number of partitions', async () => {
  const check = (partitionsOf: (topic: string) => number) => {
    const topics = TOPICS.map(({ name }) => ({ name, partitions: partitionsOf(name) }))
    const log = memoryEventLog({
      topics: topics.filter(({ partitions }) => partitions > 0),
      now: () => 0,
    })
    const engines = { log, store: () => undefined, close: async () => {} }
    return checkTopics(engines, installation('live'), 'ebb topics apply')
  }
  expect((await check(() => 4)).status).toBe('ok')
  expect((await check((topic) => (topic === 'ebb.rejects.v1' ? 1 : 4))).status).toBe('ok')
  const missing = await check((topic) => (topic === 'ebb.alerts.v1' ? 0 : 4))
  expect(missing).toMatchObject({
    ...{ status: 'fail', found: 'missing: ebb.alerts.v1' },
    mend: 'Run `ebb topics apply`, which makes them',
  })
  const odd = await check((topic) => (topic === 'ebb.orders.v1' ? 8 : 4))
  expect(odd).toMatchObject({ status: 'fail', found: 'not of 4 partitions: ebb.orders.v1' })
})

test('live clocks are near the wall clock, neither behind it nor ahead', () => {
  const wall = day(10)
  const of = (offset: number, isRunning = true) =>
    checkClocks(standings(wall + offset, wall), {
      ...{ installation: installation('live'), isRunning, wall },
    })
  expect(of(-60_000)).toMatchObject({
    status: 'ok',
    found: '60 s behind the wall clock, 60 s apart',
  })
  expect(of(-7_200_000)).toMatchObject({ status: 'warn', found: expect.stringContaining('2 h') })
  expect(of(-7_200_000, false).status).toBe('ok')
  expect(of(180_000)).toMatchObject({
    status: 'warn',
    found: expect.stringContaining('3 min ahead'),
  })
})

test('a replay whose clocks differ is not finished', () => {
  const check = checkClocks(standings(day(1), day(2)), {
    ...{ installation: installation('replay'), isRunning: false, wall: day(9) },
  })
  expect(check).toMatchObject({ status: 'warn', mend: expect.stringContaining('ebb replay') })
})

test('a partition without a tick is a warning', () => {
  const clock = { installation: undefined, isRunning: true, wall: day(1) }
  expect(checkClocks(standings(0, day(1)), clock).status).toBe('warn')
})

test('a check that throws is a failed check', async () => {
  const check = await attempt('disk', () => Promise.reject(new Error('no such device')))
  expect(check).toMatchObject({ status: 'fail', found: 'no such device' })
})
