import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { afterEach, beforeEach, test } from 'vitest'
import type { RecordWriter } from '../log-records.ts'
import { type FaultyLog, faultyLog, heardLogger, record, textOf } from './spool-fixture.ts'
import { openSpoolingWriter, type SpoolingSettings } from './spooling-writer.ts'

const PARTITIONS = 3
const KEYS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']

let folder = ''
let memory: EventLog
let faulty: FaultyLog
let writer: RecordWriter
let heard: ReturnType<typeof heardLogger>

const memoryLog = () =>
  memoryEventLog({
    topics: [EVENTS, REJECTS].map((name) => ({ name, partitions: PARTITIONS })),
    now: () => 0,
  })
const open = async (settings: Partial<SpoolingSettings> = {}) => {
  const { log } = faulty
  const { logger } = heard
  const spool = { folder, limitBytes: 1e7, patienceMs: 20, ...settings }
  writer = await openSpoolingWriter({ log, logger }, spool)
}
const write = (...texts: string[]) =>
  writer.write(
    texts.map((text) => record(text, text)),
    [],
  )

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-writer-'))
  memory = memoryLog()
  faulty = faultyLog(memory)
  heard = heardLogger()
})
afterEach(async () => {
  await writer.close()
  rmSync(folder, { recursive: true })
})

/** The texts in the log, by partition. */
const inLog = async (topic = EVENTS): Promise<string[][]> => {
  const slices = Array.from({ length: PARTITIONS }, (_, partition) =>
    memory.read({ topic, partition }, 0, 1e6),
  )
  return (await Promise.all(slices)).map(({ records }) => records.map(textOf))
}
const allInLog = async (topic = EVENTS) => (await inLog(topic)).flat().sort()
const began = 'the event log is away'
const drained = 'the spool is drained'

test('while the log is there, nothing is spooled', async () => {
  await open()
  await writer.write([record('ann', '1')], [record('shop', '2')])
  assert.deepEqual([await allInLog(EVENTS), await allInLog(REJECTS)], [['1'], ['2']])
  assert.equal(writer.spooled(), 0)
  assert.deepEqual(await writer.check(), {})
  assert.deepEqual(heard.messages, [])
})

test('while the log is away, what is acknowledged waits, and then goes to it', async () => {
  await open()
  faulty.turn('away')
  await writer.write([record('ann', '1')], [record('shop', '2')])
  await write('3')
  assert.equal(writer.spooled(), 3)
  assert.match((await writer.check()).note ?? '', /away, 3 records wait/)
  assert.deepEqual(await allInLog(), [])
  faulty.turn('there')
  await heard.heard(drained)
  assert.deepEqual([await allInLog(EVENTS), await allInLog(REJECTS)], [['1', '3'], ['2']])
  assert.equal(writer.spooled(), 0)
})

test('an incident is told twice, however many requests it meets', async () => {
  await open()
  faulty.turn('away')
  for (let i = 0; i < 20; i += 1) await write(String(i))
  faulty.turn('there')
  await heard.heard(drained)
  assert.equal(heard.messages.length, 2)
  assert.match(heard.messages[0] ?? '', /away, records go to the spool: EBB_TEST_AWAY/)
})

test('a log that does not answer is not waited for', async () => {
  await open()
  faulty.turn('silent')
  await Promise.all([write('1'), write('2')])
  await write('3')
  await heard.heard('did not answer within 20 ms')
  faulty.turn('there')
  await heard.heard(drained)
  assert.deepEqual([...new Set(await allInLog())], ['1', '2', '3'])
})

test('what was appended though the answer was lost is there twice, not less', async () => {
  await open()
  faulty.turn('answers lost')
  await write('1')
  faulty.turn('there')
  await heard.heard(drained)
  assert.ok((await allInLog()).length >= 2)
  assert.deepEqual([...new Set(await allInLog())], ['1'])
})

test('after the log came back, records go to it directly again', async () => {
  await open()
  faulty.turn('away')
  await write('1')
  faulty.turn('there')
  await heard.heard(drained)
  await write('2')
  faulty.turn('away')
  await write('3')
  assert.equal(writer.spooled(), 1)
  assert.deepEqual(await allInLog(), ['1', '2'])
})

test('a partition that is away does not have those that are there sent again and again', async () => {
  await open()
  faulty.turn('partly')
  await write(...KEYS)
  await heard.heard(began)
  for (let i = 0; i < 5; i += 1) await write(...KEYS.map((key) => `${key}${i}`))
  faulty.turn('there')
  await heard.heard(drained)
  const texts = (await inLog()).flat()
  assert.equal(new Set(texts).size, 6 * KEYS.length)
  // Those that were under way when the log went away, and no others.
  assert.ok(texts.length <= 7 * KEYS.length)
})

test('what waits when it is closed is sent by the next one', async () => {
  await open()
  faulty.turn('away')
  await write('1', '2')
  await writer.close()
  faulty.turn('there')
  await open()
  await heard.heard('records of an earlier process')
  await heard.heard(drained)
  assert.deepEqual(await allInLog(), ['1', '2'])
})

test.each(['away', 'silent'] as const)(
  'it opens while the log is %s, and accepts at once',
  async (state) => {
    faulty.turn(state)
    await open()
    await write('1')
    assert.equal(writer.spooled(), 1)
    faulty.turn('there')
    await heard.heard(drained)
    assert.deepEqual(await allInLog(), ['1'])
  },
)

test('it does not open without its topics, and leaves the folder to others', async () => {
  const { log } = faulty
  faulty = faultyLog(memoryEventLog({ topics: [], now: () => 0 }))
  await assert.rejects(open(), { code: 'EBB_TOPIC_MISSING' })
  faulty = { ...faulty, log }
  await open()
})

test('a fault that does not pass is not spooled', async () => {
  const append: EventLog['append'] = async () => {
    throw new TypeError('a bug')
  }
  faulty = { ...faulty, log: { ...faulty.log, append } }
  await open()
  await assert.rejects(write('1'), /a bug/)
  assert.equal(writer.spooled(), 0)
})

test('what no attempt can drain is told once and kept', async () => {
  await open()
  faulty.turn('away')
  await write('1')
  const { append } = faulty.log
  const refused = Promise.withResolvers<void>()
  let attempts = 0
  faulty.log.append = async () => {
    attempts += 1
    if (attempts === 3) refused.resolve()
    throw new Error('the record is too large for the topic')
  }
  await refused.promise
  assert.equal(writer.spooled(), 1)
  const told = heard.messages.filter((message) => message.includes('too large'))
  assert.equal(told.length, 1)
  faulty.log.append = append
  faulty.turn('there')
  await heard.heard(drained)
  assert.deepEqual(await allInLog(), ['1'])
})
