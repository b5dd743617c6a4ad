import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { eventLogContract } from '@ebb/streaming/event-log.contract'
import { partitionStoreContract } from '@ebb/streaming/partition-store.contract'
import { processorContract } from '@ebb/streaming/processor.contract'
import { COUNTER_TOPICS } from '@ebb/streaming/silence-counter'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { refuseProduction, takeDataFolder } from './data-folder.ts'
import { openEmbeddedEngines } from './embedded-engines.ts'
import { openSqliteEventLog, readSqliteEventLog } from './sqlite-event-log.ts'
import { openSqlitePartitionStore, readSqlitePartitionStore } from './sqlite-partition-store.ts'

let folder: string
let closing: (() => unknown)[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-embedded-'))
  closing = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  rmSync(folder, { recursive: true })
})

const openLog = (topics: { name: string; partitions: number }[]) => {
  const file = join(folder, 'log.db')
  const log = openSqliteEventLog({ file, now: () => 1_000, durability: 'power-cut' })
  let open = true
  const close = async () => {
    if (open) await log.close()
    open = false
  }
  closing.push(close)
  log.makeTopics(topics)
  return { log, close }
}

const openStore = () => {
  const store = openSqlitePartitionStore(join(folder, 'store.db'), 'killed-process')
  let open = true
  const close = () => {
    if (open) store.close()
    open = false
  }
  closing.push(close)
  return { store, close }
}

describe('the sqlite event log', () => {
  for (const { name, run } of eventLogContract)
    test(name, () => {
      const topics = [{ name: 'topic', partitions: 3 }]
      const { log, close } = openLog(topics)
      const reopen = async () => {
        await close()
        return openLog(topics).log
      }
      return run({ log, topic: 'topic', reopen })
    })

  test('refuses another number of partitions than the topic was made with', async () => {
    await openLog([{ name: 'topic', partitions: 3 }]).close()
    expect(() => openLog([{ name: 'topic', partitions: 4 }])).toThrow('has 3 partitions, not 4')
  })

  test('can be read beside its owner, and without one', async () => {
    const { log, close } = openLog([{ name: 'topic', partitions: 1 }])
    await log.append({ topic: 'topic', partition: 0 }, [{ key: 'k', value: Buffer.from('x') }])
    const handled = Promise.withResolvers<void>()
    const member = await log.consume('readers', 'topic', {
      assigned: async () => 0,
      batch: async (_partition, records) => {
        handled.resolve()
        return records.length
      },
      revoked: () => {},
      halted: handled.reject,
    })
    await handled.promise
    await member.stop()
    const beside = readSqliteEventLog(join(folder, 'log.db'))
    expect((await beside.read({ topic: 'topic', partition: 0 }, 0, 9)).end).toBe(1)
    beside.close()
    await close()
    const alone = readSqliteEventLog(join(folder, 'log.db'))
    expect((await alone.read({ topic: 'topic', partition: 0 }, 0, 9)).records).toHaveLength(1)
    expect(await alone.advised('readers', { topic: 'topic', partition: 0 })).toBe(1)
    alone.close()
  })
})

describe('the sqlite partition store', () => {
  for (const { name, run } of partitionStoreContract)
    test(name, () => {
      const { store, close } = openStore()
      const reopen = async () => {
        close()
        return openStore().store
      }
      return run({ store, reopen })
    })

  test('can be read beside its owner', async () => {
    const { store } = openStore()
    const { epoch } = await store.acquire(0)
    const beside = readSqlitePartitionStore(join(folder, 'store.db'))
    expect((await beside.read(0, ['a'])).epoch).toBe(epoch)
    beside.close()
  })
})

describe('the processor on the sqlite engines', () => {
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
  for (const { name, run } of processorContract)
    test(name, () => run({ log: openLog(topics).log, store: openStore().store }))
})

describe('a damaged database', () => {
  test.each(['log.db', 'features.db'])('%s is told as such', async (name) => {
    const settings = { what: 'test', now: () => 0, durability: 'power-cut' } as const
    writeFileSync(join(folder, name), 'this is no database, and long enough to be sure of it')
    const open = async () => {
      const engines = openEmbeddedEngines(folder, settings)
      closing.push(() => engines.close())
      await engines.store('features').acquire(0)
    }
    await expect(open()).rejects.toMatchObject({ code: 'EBB_DATA_DAMAGED' })
  })
})

describe('the data folder', () => {
  const holder = `
    const { takeDataFolder } = await import(${JSON.stringify(import.meta.resolve('./data-folder.ts'))})
    takeDataFolder(process.argv[1], 'the first')
    console.log('taken')
    setInterval(() => {}, 1000)`

  test('is refused to a second process, with a word on who has it, until the first is gone', async () => {
    const first = spawn(process.execPath, ['--input-type=module', '-e', holder, folder])
    closing.push(() => first.kill('SIGKILL'))
    await once(first.stdout, 'data')
    const refused = `in use by process ${first.pid} (the first)`
    expect(() => takeDataFolder(folder, 'the second')).toThrow(refused)
    const gone = once(first, 'exit')
    first.kill('SIGKILL')
    await gone
    takeDataFolder(folder, 'the second').release()
  })

  test('that cannot be made is named', () => {
    expect(() => takeDataFolder('/dev/null/x', 'test')).toThrow(
      '/dev/null/x cannot be made or written',
    )
  })
})

test('databases of a newer version are refused by whoever opens them, and stay as they are', () => {
  const [log, states] = [join(folder, 'log.db'), join(folder, 'states.db')]
  for (const file of [log, states]) {
    const newer = new DatabaseSync(file)
    newer.exec('PRAGMA user_version = 1')
    newer.close()
  }
  const before = [log, states].map((file) => readFileSync(file, 'hex'))
  const settings = { now: () => 0, durability: 'power-cut' } as const
  for (const open of [
    () => openSqliteEventLog({ file: log, ...settings }),
    () => readSqliteEventLog(log),
    () => openSqlitePartitionStore(states, 'power-cut'),
    () => readSqlitePartitionStore(states),
  ])
    expect(open).toThrow(/^EBB_DATA_NEWER: .*\.db has layout 1, .* run the newer version/)
  expect([log, states].map((file) => readFileSync(file, 'hex'))).toEqual(before)
  expect(readdirSync(folder).sort()).toEqual(['log.db', 'states.db'])
})

test('the embedded engines refuse production unless told otherwise', () => {
  expect(() => refuseProduction('production', false)).toThrow('EBB_ALLOW_EMBEDDED')
  refuseProduction('production', true)
  refuseProduction(undefined, false)
})
