import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { ContractCase } from './contract.ts'
import type { EventLog, LogRecord, NewRecord, PartitionListener } from './event-log.ts'

/** What an adapter hands to a contract case: a log with one empty topic of three partitions. */
export interface EventLogHarness {
  readonly log: EventLog
  readonly topic: string
  /** Closes the log and opens it again on the same data; absent where it does not last. */
  readonly reopen?: () => Promise<EventLog>
}

const record = (key: string, text: string): NewRecord => ({ key, value: Buffer.from(text) })
const textOf = (record: LogRecord): string => Buffer.from(record.value).toString('utf8')
const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code

const readAll = async (log: EventLog, topic: string, partition: number): Promise<LogRecord[]> => {
  const all: LogRecord[] = []
  for (;;) {
    const from = all.length === 0 ? 0 : all.at(-1)!.offset + 1
    const { records } = await log.read({ topic, partition }, from, 100)
    if (records.length === 0) return all
    all.push(...records)
  }
}

/** A listener that collects texts until it has seen `count` of them. */
const collector = (count: number, from = 0) => {
  const done = Promise.withResolvers<string[]>()
  const texts: string[] = []
  const listener: PartitionListener = {
    assigned: async () => from,
    batch: async (_partition, records) => {
      texts.push(...records.map(textOf))
      if (texts.length >= count) done.resolve(texts)
      return records.at(-1)!.offset + 1
    },
    revoked: () => {},
    halted: done.reject,
  }
  return { listener, done: done.promise }
}

/** What every event log keeps. */
export const eventLogContract: readonly ContractCase<EventLogHarness>[] = [
  {
    name: 'keeps key, value, headers and order of what it appends',
    run: async ({ log, topic }) => {
      const binary = Uint8Array.from([0, 255, 128, 10, 13])
      const base = await log.append({ topic, partition: 1 }, [
        { key: 'u:é', value: binary, headers: { ce_id: '1', producer: 'p' } },
        record('a:2', 'second'),
      ])
      const { records, end } = await log.read({ topic, partition: 1 }, base, 10)
      assert.deepEqual(
        records.map((r) => [r.offset, r.key, [...r.value], { ...r.headers }]),
        [
          [base, 'u:é', [...binary], { ce_id: '1', producer: 'p' }],
          [base + 1, 'a:2', [...Buffer.from('second')], {}],
        ],
      )
      assert.equal(end, base + 2)
    },
  },
  {
    name: 'has in the log, at the offset it said, all that it acknowledged',
    run: async ({ log, topic }) => {
      const sends = Array.from({ length: 120 }, async (_, i) => {
        const partition = i % 3
        const records = [record(`k${i}`, `${i}a`), record(`k${i}`, `${i}b`)]
        return { i, partition, base: await log.append({ topic, partition }, records) }
      })
      for (const { i, partition, base } of await Promise.all(sends)) {
        const { records } = await log.read({ topic, partition }, base, 2)
        assert.deepEqual(records.map(textOf), [`${i}a`, `${i}b`])
      }
    },
  },
  {
    name: 'keeps the order of calls within a partition, though none waits for the other',
    run: async ({ log, topic }) => {
      const texts = Array.from({ length: 60 }, (_, i) => `${i}`)
      await Promise.all(texts.map((t) => log.append({ topic, partition: 0 }, [record('k', t)])))
      assert.deepEqual((await readAll(log, topic, 0)).map(textOf), texts)
    },
  },
  {
    name: 'reads nothing behind its end, and says where that is',
    run: async ({ log, topic }) => {
      assert.deepEqual(await log.read({ topic, partition: 2 }, 0, 5), { records: [], end: 0 })
      await log.append({ topic, partition: 2 }, [record('k', 'x')])
      assert.deepEqual(await log.read({ topic, partition: 2 }, 1, 5), { records: [], end: 1 })
    },
  },
  {
    name: 'delivers to every group all records, those before and those after it joined',
    run: async ({ log, topic }) => {
      await log.append({ topic, partition: 0 }, [record('k', '1'), record('k', '2')])
      const groups = [collector(3), collector(3)]
      const members = await Promise.all(
        groups.map(({ listener }, i) => log.consume(`group-${i}-${topic}`, topic, listener)),
      )
      await log.append({ topic, partition: 0 }, [record('k', '3')])
      for (const { done } of groups) assert.deepEqual(await done, ['1', '2', '3'])
      await Promise.all(members.map((member) => member.stop()))
    },
  },
  {
    name: 'begins where the listener says, and delivers again where it seeks back',
    run: async ({ log, topic }) => {
      const to = { topic, partition: 0 }
      const base = await log.append(
        to,
        ['0', '1', '2', '3'].map((t) => record('k', t)),
      )
      const seen: number[] = []
      const done = Promise.withResolvers<void>()
      let wentBack = false
      const member = await log.consume(`seek-${topic}`, topic, {
        assigned: async (partition) => (partition === 0 ? base + 1 : 0),
        batch: async (_partition, records) => {
          seen.push(...records.map((r) => r.offset - base))
          if (wentBack && seen.at(-1) === 3) done.resolve()
          if (wentBack) return records.at(-1)!.offset + 1
          wentBack = true
          return base + 2
        },
        revoked: () => {},
        halted: done.reject,
      })
      await done.promise
      await member.stop()
      assert.equal(seen[0], 1)
      assert.deepEqual(seen.slice(seen.indexOf(2, 1)).slice(-2), [2, 3])
    },
  },
  {
    name: 'never runs two batches of one partition at once, and none after it stopped',
    run: async ({ log, topic }) => {
      let running = 0
      let most = 0
      let batches = 0
      const first = Promise.withResolvers<void>()
      const member = await log.consume(`single-${topic}`, topic, {
        assigned: async () => 0,
        batch: async (_partition, records) => {
          running += 1
          batches += 1
          most = Math.max(most, running)
          first.resolve()
          await new Promise((resolve) => setImmediate(resolve))
          running -= 1
          return records.at(-1)!.offset + 1
        },
        revoked: () => {},
        halted: first.reject,
      })
      const to = { topic, partition: 0 }
      for (let i = 0; i < 20; i += 1) await log.append(to, [record('k', `${i}`)])
      await first.promise
      await member.stop()
      assert.equal(running, 0)
      const before = batches
      await log.append(to, [record('k', 'late')])
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(batches, before)
      assert.equal(most, 1)
    },
  },
  {
    name: 'aborts the signal of a running batch when it stops',
    run: async ({ log, topic }) => {
      const entered = Promise.withResolvers<void>()
      const member = await log.consume(`abort-${topic}`, topic, {
        assigned: async () => 0,
        batch: async (_partition, _records, aborted) => {
          entered.resolve()
          await new Promise((_, reject) => {
            aborted.addEventListener('abort', () => reject(new Error('taken away')))
          })
          return 0
        },
        revoked: () => {},
        halted: entered.reject,
      })
      await log.append({ topic, partition: 0 }, [record('k', 'x')])
      await entered.promise
      await member.stop()
    },
  },
  {
    name: 'ends the membership through `halted` when a batch fails',
    run: async ({ log, topic }) => {
      const halted = Promise.withResolvers<Error>()
      const member = await log.consume(`halt-${topic}`, topic, {
        assigned: async () => 0,
        batch: async () => {
          throw new Error('broken invariant')
        },
        revoked: () => {},
        halted: halted.resolve,
      })
      await log.append({ topic, partition: 0 }, [record('k', 'x')])
      assert.match((await halted.promise).message, /broken invariant/)
      await member.stop()
    },
  },
  {
    name: 'advises, by group, the offset that a batch resolved to',
    run: async ({ log, topic }) => {
      const group = `advice-${topic}`
      assert.equal(await log.advised(group, { topic, partition: 0 }), 0)
      await log.append({ topic, partition: 0 }, [record('k', 'a'), record('k', 'b')])
      const { listener, done } = collector(2)
      const member = await log.consume(group, topic, listener)
      await done
      await member.stop()
      const { end } = await log.read({ topic, partition: 0 }, 0, 1)
      assert.equal(await log.advised(group, { topic, partition: 0 }), end)
      assert.equal(await log.advised(`other-${topic}`, { topic, partition: 0 }), 0)
    },
  },
  {
    name: 'advises the offset at which a group begins, where nothing follows it',
    run: async ({ log, topic }) => {
      const group = `beginning-${topic}`
      await log.append({ topic, partition: 0 }, [record('k', 'a'), record('k', 'b')])
      const { end } = await log.read({ topic, partition: 0 }, 0, 1)
      const member = await log.consume(group, topic, {
        ...collector(1).listener,
        assigned: async (partition) => (partition === 0 ? end : 0),
      })
      while ((await log.advised(group, { topic, partition: 0 })) !== end) await setTimeout(10)
      await member.stop()
    },
  },
  {
    name: 'refuses a topic that nobody made',
    run: async ({ log }) => {
      const missing = isCode('EBB_TOPIC_MISSING')
      const from = { topic: 'nowhere', partition: 0 }
      await assert.rejects(log.partitions('nowhere'), missing)
      await assert.rejects(log.append(from, [record('k', 'x')]), missing)
      await assert.rejects(log.read(from, 0, 1), missing)
    },
  },
  {
    name: 'has after a restart all that it acknowledged before',
    durableOnly: true,
    run: async ({ log, topic, reopen }) => {
      await log.append({ topic, partition: 1 }, [record('k', 'kept')])
      const again = await reopen!()
      assert.deepEqual((await readAll(again, topic, 1)).map(textOf), ['kept'])
      const next = await again.append({ topic, partition: 1 }, [record('k', 'next')])
      assert.equal(next, 1)
    },
  },
]
