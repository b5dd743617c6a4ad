import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Installation } from '@ebb/contracts/installation'
import { TOPICS } from '@ebb/contracts/topics'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { expect, onTestFinished, test } from 'vitest'
import { day } from '../commands/shop-fixture.ts'
import { attempt } from './check.ts'
import { checkClocks } from './clocks.ts'
import { checkEngine, checkSkew } from './engines.ts'
import { checkHttp } from './http.ts'
import { checkDisk, checkNode, checkSpool } from './machine.ts'
import { checkOwners, checkReader } from './readers.ts'
import { checkTopics } from './topics.ts'

const MIB = 2 ** 20

const installation = (kind: Installation['kind']): Installation => ({
  ...{ timeZone: 'UTC', currency: 'EUR', partitions: 4, begunAt: day(0), generation: 0, kind },
})

test('an old Node fails', () => {
  const of = (version: string) => checkNode(version).status
  expect(['20.19.0', '9.0.0', '24.0.0', '26.1.0'].map(of)).toEqual(['fail', 'fail', 'ok', 'ok'])
})

test('little space is a warning, next to none a failure', () => {
  const of = (free: number) => checkDisk(free * MIB).status
  expect([2_000, 1_024, 1_023, 100, 99].map(of)).toEqual(['ok', 'ok', 'warn', 'warn', 'fail'])
})

const SCORER = { name: 'scorer', topic: 'in', group: 'scorer.g0', keptIn: 'state store' } as const
const place = (partition: number, offset: number, end: number) => ({
  ...{ partition, offset, end, advised: 0 },
})
const nowhere = (partition: number, end: number, advised: number) => ({
  ...{ partition, offset: undefined, end, advised },
})
const ORDERLY = { isPaused: false, start: 'ebb up' }

test('what waits in a spool is a warning, half of its limit a failure, damage to be kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-spool-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const of = (limit: number) => checkSpool(folder, limit)
  expect(await of(1_000)).toMatchObject({ status: 'ok', found: expect.stringMatching(/^0 bytes/) })
  writeFileSync(join(folder, '0000000000000000.damaged'), 'torn')
  expect(await of(1_000)).toMatchObject({
    status: 'warn',
    found: expect.stringMatching(/1 files .*EBB_SPOOL_DAMAGED/),
  })
  writeFileSync(join(folder, '0000000000000001.spool'), 'x'.repeat(500))
  expect(await of(1_000)).toMatchObject({
    status: 'warn',
    found: expect.stringMatching(/^500 bytes wait/),
  })
  expect(await of(999)).toMatchObject({ status: 'fail', found: expect.stringMatching(/of 999$/) })
})

test('a reader is behind by the records of all its partitions', () => {
  const behind = (end: number, isPaused = false) => {
    const places = [place(0, 0, end), place(1, 5, 5)]
    return checkReader(SCORER, { ...ORDERLY, places, isPaused })
  }
  expect(behind(1_000)).toMatchObject({ status: 'ok', found: '1,000 records behind the end of in' })
  expect(behind(1_001).status).toBe('warn')
  expect(behind(1_001, true)).toMatchObject({
    status: 'ok',
    found: expect.stringContaining('alerts are paused'),
  })
})

test('a reader that never ran is a warning where records wait for it', () => {
  const never = (end: number) => checkReader(SCORER, { ...ORDERLY, places: [nowhere(0, end, 0)] })
  expect(never(0).status).toBe('ok')
  expect(never(7)).toMatchObject({ status: 'warn', found: 'never ran; 7 records wait' })
})

test('lost states are told by what the group had advised, but not of what is made again', () => {
  const places = [place(0, 9, 9), nowhere(1, 9, 4), nowhere(2, 9, 5)]
  expect(checkReader(SCORER, { ...ORDERLY, places })).toMatchObject({
    status: 'fail',
    found: expect.stringMatching(/^EBB_STATE_LOST: .*partitions 1–2, of which 9 records/),
    mend: expect.stringContaining('ebb rebuild'),
  })
  const retention = { ...SCORER, name: 'retention-alerts', keptIn: 'retention' } as const
  const { mend } = checkReader(retention, { ...ORDERLY, places })
  expect(mend).toMatch(/Restore the database/)
  const insights = { ...SCORER, keptIn: 'insights', isDerived: true } as const
  expect(checkReader(insights, { ...ORDERLY, places }).status).toBe('ok')
})

test('a reader beyond the end of its topic fails: the log was lost', () => {
  const places = [place(0, 9, 9), place(1, 10, 9)]
  expect(checkReader(SCORER, { ...ORDERLY, places })).toMatchObject({
    ...{ status: 'fail', found: 'EBB_LOG_LOST: it stands beyond the end of in in partition 1' },
  })
})

test('each partition has an owner, or it is said which has none', () => {
  const owners = (members: readonly { who: string; partitions: number[] }[], isRunning = true) =>
    checkOwners(SCORER, { members, partitions: 4, isRunning, start: 'ebb up' })
  const [a, b] = [
    { who: 'ebb at 10.0.0.1', partitions: [0, 2] },
    { who: 'ebb at 10.0.0.2', partitions: [1, 3] },
  ]
  expect(owners([a, b])).toMatchObject({
    status: 'ok',
    found: 'ebb at 10.0.0.1 has partitions 0, 2, ebb at 10.0.0.2 has partitions 1, 3',
  })
  expect(owners([a])).toMatchObject({
    status: 'warn',
    found: expect.stringMatching(/nobody has partitions 1, 3$/),
  })
  expect([owners([]).status, owners([], false).status]).toEqual(['fail', 'warn'])
})

test('an engine older than those tested is a warning, and so is what it is not set to', () => {
  const of = (product: string, version?: string, ...advice: string[]) =>
    checkEngine({
      ...{ name: 'engine', mend: '' },
      answer: {
        status: 'fulfilled',
        value: { product, advice, ...(version !== undefined && { version }) },
      },
    }).status
  const kafkas = ['3.9', '4.2', '4.3', 'newer than 4.3'].map((version) =>
    of('Apache Kafka', version),
  )
  expect(kafkas).toEqual(['warn', 'warn', 'ok', 'ok'])
  expect(['6.2.1', '7.0.15', '8.2.0'].map((each) => of('Redis', each))).toEqual([
    'warn',
    'ok',
    'ok',
  ])
  expect(['17.9', '18.0'].map((each) => of('PostgreSQL', each))).toEqual(['warn', 'ok'])
  expect(of('SQLite', '3.1')).toBe('ok')
  expect(of('Redis', '7.2.0', 'appendonly is no')).toBe('warn')
  expect(of('Redis')).toBe('warn')
})

test('an engine that does not answer fails in its words, with what could not be looked at', () => {
  const answer = { status: 'rejected', reason: new Error('EBB_KAFKA_UNAVAILABLE: gone') } as const
  expect(checkEngine({ name: 'log', mend: 'Start it', answer, hides: 'topics' })).toEqual({
    ...{ name: 'log', status: 'fail', mend: 'Start it' },
    found: 'EBB_KAFKA_UNAVAILABLE: gone; not looked at: topics',
  })
})

test('on shared engines nobody is told to start `ebb up` for a service that does not answer', () => {
  const at = { name: 'retention', url: 'http://a:1', variable: 'EBB_RETENTION_URL' } as const
  const service = { ...at, answer: undefined, isNamed: false, isRunning: false, start: 'ebb up' }
  expect(checkHttp({ ...service, isShared: false }).mend).toBe('Start `ebb up`')
  expect(checkHttp({ ...service, isShared: true })).toEqual({
    ...{ name: 'retention http', status: 'warn', found: 'nothing answers at http://a:1' },
    mend: 'Mend the service, or say where it is: EBB_RETENTION_URL or --retention-port',
  })
})

test('clocks that are two seconds apart are a warning', () => {
  const of = (ms: number) =>
    checkSkew([
      ['Redis', 5],
      ['PostgreSQL', ms],
    ])
  expect(of(2_000).status).toBe('ok')
  expect(of(-3_500)).toMatchObject({
    ...{ status: 'warn', found: 'Redis 5 ms ahead, PostgreSQL 3 s behind' },
  })
})

test('a missing topic fails, and so does one of another number of partitions', async () => {
  const check = (partitionsOf: (topic: string) => number) => {
    const topics = TOPICS.map(({ name }) => ({ name, partitions: partitionsOf(name) }))
    const log = memoryEventLog({
      topics: topics.filter(({ partitions }) => partitions > 0),
      now: () => 0,
    })
    return checkTopics({ log }, installation('live'), 'ebb topics apply')
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
    checkClocks([wall + offset, wall], {
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
  const check = checkClocks([day(1), day(2)], {
    ...{ installation: installation('replay'), isRunning: false, wall: day(9) },
  })
  expect(check).toMatchObject({ status: 'warn', mend: expect.stringContaining('ebb replay') })
})

test('a partition without a tick is a warning', () => {
  const clock = { installation: undefined, isRunning: true, wall: day(1) }
  expect(checkClocks([0, day(1)], clock).status).toBe('warn')
})

test('a check that throws is a failed check', async () => {
  const check = await attempt('disk', () => Promise.reject(new Error('no such device')))
  expect(check).toMatchObject({ status: 'fail', found: 'no such device' })
})
