import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { beforeEach, describe, expect, test } from 'vitest'
import { readPartition } from './partition-reader.ts'
import type { Postgres } from './postgres-client.ts'
import { cutTransactions, migratedSchema, untilBlocked } from './postgres-fixture.ts'
import { readTopic } from './topic-reader.ts'
import type { TopicReaderSettings } from './topic-reader-settings.ts'
import type { Transaction } from './transaction.ts'

const server = await usePostgres()

const TOPIC = 'alerts'
const GROUP = 'retention'
const never = new AbortController().signal

let log: EventLog
beforeEach(() => {
  log = memoryEventLog({ topics: [{ name: TOPIC, partitions: 2 }], now: () => 0 })
})

const append = (partition: number, count: number): Promise<number> =>
  log.append(
    { topic: TOPIC, partition },
    Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: Buffer.of(i) })),
  )
const records = async (from: number, limit: number): Promise<readonly LogRecord[]> =>
  (await log.read({ topic: TOPIC, partition: 0 }, from, limit)).records

const write = async (tx: Transaction, seen: readonly LogRecord[], partition: number) => {
  await tx.query('INSERT INTO effects SELECT $1, unnest($2::bigint[])', [
    partition,
    seen.map(({ offset }) => offset),
  ])
}
const effects = async (postgres: Postgres, partition = 0): Promise<number[]> => {
  const rows = await postgres.query<{ position: number }>(
    'SELECT position FROM effects WHERE partition = $1 ORDER BY position',
    [partition],
  )
  return rows.map(({ position }) => position)
}
const settingsOf = (
  postgres: Postgres,
  more: Partial<TopicReaderSettings> = {},
): TopicReaderSettings => ({
  log,
  postgres,
  group: GROUP,
  topic: TOPIC,
  handle: write,
  onHalt: (error) => {
    throw error
  },
  ...more,
})

/** Reads until so many records of the topic have taken effect. */
const readUntil = async (count: number, settings: TopicReaderSettings): Promise<void> => {
  const done = Promise.withResolvers<void>()
  let seen = 0
  const reader = await readTopic({
    ...settings,
    onHalt: done.reject,
    observer: {
      ...settings.observer,
      committed: (event) => {
        settings.observer?.committed?.(event)
        seen += event.records
        if (seen >= count) done.resolve()
      },
    },
  })
  await done.promise.finally(() => reader.stop())
}
const halted = (settings: TopicReaderSettings): Promise<unknown> =>
  readUntil(Number.POSITIVE_INFINITY, settings).catch((error) => error)

describe.skipIf(server === undefined)('a reader of a topic', () => {
  test('gives each record its effect once, over restarts', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await Promise.all([append(0, 3), append(1, 2)])
    await readUntil(5, settingsOf(postgres))
    await append(0, 2)
    await readUntil(2, settingsOf(postgres))
    expect(await effects(postgres, 0)).toEqual([0, 1, 2, 3, 4])
    expect(await effects(postgres, 1)).toEqual([0, 1])
  })

  test('hands no trace context on that is not its own', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const hostile = { traceparent: '00-x\0', ce_id: 'a' }
    await log.append({ topic: TOPIC, partition: 0 }, [
      { key: 'k', value: Buffer.of(1), headers: hostile },
    ])
    const headers: LogRecord['headers'][] = []
    const handle = async (tx: Transaction, seen: readonly LogRecord[], partition: number) => {
      headers.push(...seen.map((record) => record.headers))
      await write(tx, seen, partition)
    }
    await readUntil(1, settingsOf(postgres, { handle }))
    expect(headers).toEqual([{ ce_id: 'a' }])
  })

  test('repeats a batch whose transaction was cut behind its effects', async () => {
    const { postgres, schema, open } = await migratedSchema(server!.url)
    const other = await open()
    await append(0, 3)
    let isFirst = true
    const attempts: number[] = []
    const handle: TopicReaderSettings['handle'] = async (tx, ...batch) => {
      await write(tx, ...batch)
      if (isFirst) await cutTransactions(other, schema)
      isFirst = false
    }
    const observer = { retrying: ({ attempt }: { attempt: number }) => attempts.push(attempt) }
    await readUntil(3, settingsOf(postgres, { handle, observer }))
    expect(attempts).toEqual([1])
    expect(await effects(postgres)).toEqual([0, 1, 2])
  })

  test('does not repeat a batch whose commit succeeded unheard', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await append(0, 3)
    const fenced = Promise.withResolvers<number>()
    let isFirst = true
    const deaf: Postgres = {
      ...postgres,
      transaction: async (work) => {
        const result = await postgres.transaction(work)
        if (!isFirst) return result
        isFirst = false
        throw new TransientError('EBB_POSTGRES_AWAY', 'the answer was lost')
      },
    }
    const reader = await readTopic(settingsOf(deaf, { observer: { fenced: fenced.resolve } }))
    await fenced.promise.finally(() => reader.stop())
    await append(0, 1)
    await readUntil(1, settingsOf(postgres))
    expect(await effects(postgres)).toEqual([0, 1, 2, 3])
  })

  test('that was taken for dead writes nothing', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await append(0, 4)
    let calls = 0
    const handle: TopicReaderSettings['handle'] = async (...batch) => {
      calls += 1
      await write(...batch)
    }
    const zombie = readPartition(settingsOf(postgres, { handle }), 0)
    const owner = readPartition(settingsOf(postgres, { handle }), 0)
    expect(await zombie.acquire(never)).toBe(0)
    expect(await zombie.run(await records(0, 1), never)).toBe(1)
    expect(await owner.acquire(never)).toBe(1)
    // Its epoch alone tells it off: the offset is still the one that it expects.
    expect(await zombie.run(await records(1, 1), never)).toBe(1)
    expect(calls).toBe(1)
    expect(await owner.acquire(never)).toBe(1)
    expect(await owner.run(await records(1, 3), never)).toBe(4)
    expect(await effects(postgres)).toEqual([0, 1, 2, 3])
  })

  test('waits for the batch that an earlier reader is in the midst of', async () => {
    const { postgres, schema, open } = await migratedSchema(server!.url)
    await append(0, 2)
    const within = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const slow: TopicReaderSettings['handle'] = async (...batch) => {
      within.resolve()
      await goOn.promise
      await write(...batch)
    }
    const earlier = readPartition(settingsOf(postgres, { handle: slow }), 0)
    await earlier.acquire(never)
    const running = earlier.run(await records(0, 1), never)
    await within.promise
    const later = readPartition(settingsOf(postgres), 0)
    const acquiring = later.acquire(never)
    await untilBlocked(await open(), schema)
    goOn.resolve()
    expect(await running).toBe(1)
    expect(await acquiring).toBe(1)
    expect(await later.run(await records(1, 1), never)).toBe(2)
    expect(await effects(postgres)).toEqual([0, 1])
  })

  test('halts where a batch cannot be handled, and the offset stays', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await append(0, 2)
    const handle: TopicReaderSettings['handle'] = async (tx, ...batch) => {
      await write(tx, ...batch)
      await tx.query('INSERT INTO nowhere VALUES (1)')
    }
    const error = await halted(settingsOf(postgres, { handle }))
    expect(error).toMatchObject({ code: 'EBB_PROCESSOR_FAILED' })
    expect(String(error)).toMatch(/retention: .*nowhere/)
    await readUntil(2, settingsOf(postgres))
    expect(await effects(postgres)).toEqual([0, 1])
  })

  test('halts where the database has forgotten what the log knows of the group', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await append(0, 2)
    const advised = Promise.withResolvers<void>()
    const listening = { ...log, consume: listenToAdvice(log, advised.resolve) }
    const reader = await readTopic(settingsOf(postgres, { log: listening }))
    await advised.promise.finally(() => reader.stop())
    await postgres.query('DELETE FROM topic_offsets')
    const error = await halted(settingsOf(postgres))
    expect(error).toMatchObject({ code: 'EBB_STATE_LOST' })
    // What follows from the topic alone is made from it again.
    await postgres.query('DELETE FROM effects')
    await readUntil(2, settingsOf(postgres, { isDerived: true }))
    expect(await effects(postgres)).toEqual([0, 1])
  })

  test('halts where the log ends before the offset of the database', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await append(0, 2)
    await readUntil(2, settingsOf(postgres))
    log = memoryEventLog({ topics: [{ name: TOPIC, partitions: 2 }], now: () => 0 })
    await append(0, 1)
    const error = await halted(settingsOf(postgres))
    expect(error).toMatchObject({ code: 'EBB_LOG_LOST' })
    expect(String(error)).toMatch(/offset 2 .* ends at 1/)
  })

  test('halts where there is no such topic', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const reading = readTopic(settingsOf(postgres, { topic: 'nothing' }))
    await expect(reading).rejects.toThrow(/^EBB_TOPIC_MISSING/)
  })
})

/** Calls back when the log was told an offset of the group: behind the batch that it stands for. */
const listenToAdvice =
  (inner: EventLog, advised: () => void): EventLog['consume'] =>
  (group, topic, listener) =>
    inner.consume(group, topic, {
      ...listener,
      batch: async (...batch) => {
        const offset = await listener.batch(...batch)
        setImmediate(advised)
        return offset
      },
    })
