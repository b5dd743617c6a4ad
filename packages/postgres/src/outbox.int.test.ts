import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addToOutbox, relayOutbox, removeFromOutbox } from './outbox.ts'
import { relayBatch } from './outbox-batch.ts'
import {
  add,
  heldLog,
  outboxLog,
  outboxRecord,
  published,
  publishedIds,
  relayUntil,
  TOPIC,
} from './outbox-fixture.ts'
import { cutTransactions, migratedSchema, untilBlocked } from './postgres-fixture.ts'

const server = await usePostgres()
const now = () => 0

describe.skipIf(server === undefined)('the outbox', () => {
  test('publishes what was committed, in the order in which it was added', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog(1)
    const ids = Array.from({ length: 450 }, (_, i) => `id-${i}`)
    await add(postgres, ...ids.map((id) => outboxRecord(id)))
    const undone = postgres.transaction(async (tx) => {
      await addToOutbox(tx, [outboxRecord('undone')])
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await add(postgres, outboxRecord('last'))
    const settled = await relayUntil(451, { postgres, log })
    expect(settled).toEqual([...ids, 'last'])
    expect(await publishedIds(log)).toEqual([...ids, 'last'])
  })

  test('publishes to the partition of the key, with the headers of an event', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog(7)
    const keys = ['ann', 'bob', 'cem', 'dea']
    await add(postgres, ...keys.map((key) => outboxRecord(`of ${key}`, { key })))
    await relayUntil(4, { postgres, log, source: 'retention' })
    for (const key of keys) {
      const from = { topic: TOPIC, partition: partitionOf(key, 7) }
      const { records } = await log.read(from, 0, 10)
      expect(records.find((record) => record.key === key)).toMatchObject({
        value: Buffer.from(`of ${key}`),
        headers: {
          ce_specversion: '1.0',
          ce_type: TOPIC,
          ce_source: 'retention',
          ce_id: `of ${key}`,
        },
      })
    }
  })

  test('holds back what is not to come yet, and drops what comes too late', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog()
    await add(
      postgres,
      outboxRecord('later', { notBefore: 101 }),
      outboxRecord('due', { notBefore: 100 }),
      outboxRecord('over', { expiresAt: 100 }),
      outboxRecord('over before it began', { notBefore: 101, expiresAt: 99 }),
      outboxRecord('just', { expiresAt: 101 }),
    )
    const first = await relayUntil(4, { postgres, log, now: () => 100 })
    expect(first.sort()).toEqual(['-over', '-over before it began', 'due', 'just'])
    expect(await publishedIds(log)).toEqual(['due', 'just'])
    expect(await relayUntil(1, { postgres, log, now: () => 101 })).toEqual(['later'])
  })

  test('takes records out and settles them in one transaction', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog()
    await add(postgres, outboxRecord('a'))
    const settle = (words: string) =>
      relayBatch({
        postgres,
        log,
        now,
        settled: async (tx) => {
          await tx.query('INSERT INTO effects VALUES (0, 1)')
          if (words !== '') throw new TransientError('EBB_POSTGRES_BUSY', words)
        },
      })
    await expect(settle('not now')).rejects.toThrow('not now')
    expect(await postgres.query('SELECT * FROM effects')).toEqual([])
    expect(await settle('')).toBe(false)
    expect(await postgres.query('SELECT * FROM effects')).toHaveLength(1)
    expect(await publishedIds(log)).toEqual(['a', 'a'])
  })

  test('moves nothing of a topic while that is held', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog()
    await add(postgres, outboxRecord('a'), outboxRecord('b', { expiresAt: 0 }))
    await relayBatch({ postgres, log, now, heldTopics: async () => [TOPIC] })
    expect(await publishedIds(log)).toEqual([])
    const others = async () => ['another topic']
    expect(await relayUntil(2, { postgres, log, heldTopics: others })).toEqual(['a', '-b'])
  })

  test('publishes again under the same id where the relay is killed behind the append', async () => {
    const { postgres, schema, open } = await migratedSchema(server!.url)
    const log = outboxLog()
    const other = await open()
    await add(postgres, outboxRecord('a'), outboxRecord('b'))
    const append: EventLog['append'] = async (...call) => {
      const offset = await log.append(...call)
      await cutTransactions(other, schema)
      return offset
    }
    const killed = relayBatch({ postgres, log: { ...log, append }, now })
    await expect(killed).rejects.toThrow(TransientError)
    await relayUntil(2, { postgres: other, log })
    expect(await publishedIds(log)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('waits for a log that is away, and tells of it', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog()
    const attempts: number[] = []
    const append: EventLog['append'] = async (...call) => {
      if (attempts.length < 2) throw new TransientError('EBB_KAFKA_AWAY', 'away')
      return log.append(...call)
    }
    await add(postgres, outboxRecord('a'))
    const onRetry = (_: Error, attempt: number) => attempts.push(attempt)
    await relayUntil(1, { postgres, log: { ...log, append }, onRetry })
    expect(attempts).toEqual([1, 2])
    expect(await publishedIds(log)).toEqual(['a'])
  })

  test('halts where it cannot publish, and keeps the records', async () => {
    const { postgres } = await migratedSchema(server!.url)
    await add(postgres, outboxRecord('a', { topic: 'nothing' }))
    const failed = relayUntil(1, { postgres, log: outboxLog() })
    await expect(failed).rejects.toThrow(/^EBB_TOPIC_MISSING/)
    expect(await postgres.query('SELECT id FROM outbox')).toEqual([{ id: 'a' }])
  })

  test('leaves it to the relay that is at work, and does not wait for it', async () => {
    const { postgres, open } = await migratedSchema(server!.url)
    const inner = outboxLog()
    const { log, begun, letGo } = heldLog(inner)
    await add(postgres, outboxRecord('a'))
    const relaying = relayBatch({ postgres, log, now })
    await begun
    expect(await relayBatch({ postgres: await open(), log: inner, now })).toBe(false)
    letGo()
    await relaying
    expect(await publishedIds(inner)).toEqual(['a'])
  })

  test('keeps the order of a key with three relays and two writers at work', async () => {
    const { postgres, open } = await migratedSchema(server!.url)
    const log = outboxLog(2)
    // As on a broker, an append may take its time: one of another relay could overtake it.
    let turn = 0
    const append: EventLog['append'] = async (...call) => {
      turn += 1
      for (let i = 0; i < (turn % 3) * 20; i += 1) await new Promise(setImmediate)
      return log.append(...call)
    }
    const relays = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const settings = { postgres: await open(), log: { ...log, append }, now }
        return relayOutbox({ ...settings, onHalt: console.error, onRetry: console.error })
      }),
    )
    onTestFinished(async () => {
      await Promise.all(relays.map((relay) => relay.stop()))
    })
    const write = async (key: string): Promise<void> => {
      for (let i = 0; i < 100; i += 1) {
        await add(postgres, outboxRecord(`${key} ${i}`, { key }))
        for (const relay of relays) relay.wake()
      }
    }
    await Promise.all([write('ann'), write('bob')])
    const left = 'SELECT 1 FROM outbox LIMIT 1'
    while ((await postgres.query(left)).length > 0) await new Promise(setImmediate)
    for (const key of ['ann', 'bob']) {
      const ids = (await published(log))
        .filter((record) => record.key === key)
        .map(({ headers }) => headers['ce_id'])
      expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => `${key} ${i}`))
    }
  })
})

describe.skipIf(server === undefined)('taking back from the outbox', () => {
  test('says what was still there, and that is never published', async () => {
    const { postgres } = await migratedSchema(server!.url)
    const log = outboxLog()
    await add(postgres, outboxRecord('a'))
    await relayUntil(1, { postgres, log })
    await add(postgres, outboxRecord('b', { notBefore: 1 }), outboxRecord('c'))
    const removed = await postgres.transaction((tx) => removeFromOutbox(tx, ['a', 'b', 'x']))
    expect(removed).toEqual(['b'])
    expect(await relayUntil(1, { postgres, log, now: () => 9 })).toEqual(['c'])
    expect(await publishedIds(log)).toEqual(['a', 'c'])
  })

  test('waits for what is being published, and then says that it is too late', async () => {
    const { postgres, schema, open } = await migratedSchema(server!.url)
    const inner = outboxLog()
    const { log, begun, letGo } = heldLog(inner)
    await add(postgres, outboxRecord('a'))
    const relaying = relayBatch({ postgres, log, now })
    await begun
    const removing = postgres.transaction((tx) => removeFromOutbox(tx, ['a']))
    await untilBlocked(await open(), schema)
    letGo()
    expect(await removing).toEqual([])
    await relaying
    expect(await publishedIds(inner)).toEqual(['a'])
  })

  test.each([
    ['commits', ['b']],
    ['rolls back', ['a', 'b']],
  ])('makes the relay wait until it %s', async (end, expected) => {
    const { postgres, schema, open } = await migratedSchema(server!.url)
    const log = outboxLog()
    await add(postgres, outboxRecord('a'), outboxRecord('b'))
    const removed = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const removing = postgres.transaction(async (tx) => {
      await removeFromOutbox(tx, ['a'])
      removed.resolve()
      await goOn.promise
      if (end === 'rolls back') throw new Error(end)
    })
    const outcome = expect(removing)
      .resolves.toBeUndefined()
      .catch(() => {})
    await removed.promise
    const relaying = relayBatch({ postgres, log, now })
    await untilBlocked(await open(), schema)
    goOn.resolve()
    await Promise.all([outcome, relaying])
    expect(await publishedIds(log)).toEqual(expected)
  })
})
