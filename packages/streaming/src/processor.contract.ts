import assert from 'node:assert/strict'
import type { ContractCase } from './contract.ts'
import type { EventLog, NewRecord } from './event-log.ts'
import { TransientError } from './faults.ts'
import { numberedHeaders } from './numbered-producer.ts'
import type { PartitionStore } from './partition-store.ts'
import { runProcessor } from './processor.ts'
import type { Moment, ProcessorDefinition } from './processor-definition.ts'
import {
  announcesAtOnce,
  countBlindly,
  countOf,
  dies,
  dyingStore,
  event,
  haltOf,
  idsOf,
  type ProcessorHarness,
  published,
  runToEnd,
  send,
  tick,
} from './processor-harness.ts'
import { sharedValueCases } from './shared-value.contract.ts'
import {
  COUNTER_SILENCE,
  COUNTER_TOPICS,
  type SilenceCount,
  silenceCounter,
} from './silence-counter.ts'
import { compareVersions, parseVersion } from './version.ts'

/** What a processor keeps on every pair of engines. */
export const processorContract: readonly ContractCase<ProcessorHarness>[] = [
  {
    name: 'repeats after a crash between publish and commit the same outputs, and counts once',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'), event('a', '2'))
      await dies(runToEnd({ log, store: dyingStore(store, 'before') }))
      await runToEnd({ log, store })
      assert.equal((await countOf(store, 'a'))?.events, 2)
      const all = await published(log)
      assert.deepEqual(idsOf(all), ['count:1', 'count:2', 'count:1', 'count:2'])
      const content = (r: (typeof all)[number]) => [
        r.headers['version'],
        Buffer.from(r.value).toString(),
      ]
      assert.deepEqual(all.slice(2).map(content), all.slice(0, 2).map(content))
    },
  },
  {
    name: 'neither repeats nor loses anything after a crash behind the commit',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'))
      await dies(runToEnd({ log, store: dyingStore(store, 'behind') }))
      await send(log, 0, event('a', '2'))
      await runToEnd({ log, store })
      assert.equal((await countOf(store, 'a'))?.events, 2)
      assert.deepEqual(idsOf(await published(log)), ['count:1', 'count:2'])
    },
  },
  {
    name: 'gives the handler the same state, record and clock on every repetition',
    run: async ({ log, store }) => {
      const calls: string[] = []
      const watched: ProcessorDefinition<SilenceCount> = {
        ...silenceCounter,
        handle: (before, record, at: Moment<number>) => {
          calls.push(JSON.stringify([before ?? null, record.offset, at]))
          return silenceCounter.handle(before, record, at)
        },
      }
      await send(log, 0, event('a', '1'), tick(50), event('a', '2'), event('b', '3'))
      for (let death = 0; death < 3; death += 1)
        await dies(runToEnd({ log, store: dyingStore(store, 'before') }, watched))
      await runToEnd({ log, store }, watched)
      assert.equal(calls.length, 12)
      assert.equal(new Set(calls).size, 3)
    },
  },
  {
    name: 'lets a zombie write nothing, and publish only what the log implies',
    run: async ({ log, store }) => {
      const reached = Promise.withResolvers<void>()
      const resume = Promise.withResolvers<void>()
      const slow: PartitionStore = {
        ...store,
        commit: async (partition, commit) => {
          reached.resolve()
          await resume.promise
          return store.commit(partition, commit)
        },
      }
      await send(log, 0, event('a', '1'))
      const fenced = Promise.withResolvers<void>()
      const zombie = await runProcessor(
        silenceCounter,
        { log, store: slow },
        {
          onHalt: fenced.reject,
          observer: { fenced: () => fenced.resolve() },
        },
      )
      await reached.promise
      await runToEnd({ log, store })
      resume.resolve()
      await fenced.promise
      await zombie.stop()
      assert.equal((await countOf(store, 'a'))?.events, 1)
      assert.deepEqual([...new Set(idsOf(await published(log)))], ['count:1'])
    },
  },
  {
    name: 'lets a zombie not even publish what it would make of states that are newer than it',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'), event('b', '2'))
      const reached = Promise.withResolvers<void>()
      const resume = Promise.withResolvers<void>()
      const slow: PartitionStore = {
        ...store,
        read: async (partition, keys) => {
          if (keys.includes('a')) {
            reached.resolve()
            await resume.promise
          }
          return store.read(partition, keys)
        },
      }
      const fenced = Promise.withResolvers<void>()
      const zombie = await runProcessor(
        { ...silenceCounter, handle: countBlindly },
        { log, store: slow },
        { onHalt: fenced.reject, observer: { fenced: () => fenced.resolve() } },
      )
      await reached.promise
      await runToEnd({ log, store })
      resume.resolve()
      await fenced.promise
      await zombie.stop()
      assert.deepEqual(idsOf(await published(log)).sort(), ['count:1', 'count:2'])
    },
  },
  {
    name: 'refuses a poison record with its reason and goes on',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'), event('a', 'poison'), event('a', '2'))
      await runToEnd({ log, store })
      assert.equal((await countOf(store, 'a'))?.events, 2)
      const refused = await published(log, COUNTER_TOPICS.rejects)
      assert.deepEqual(idsOf(refused), ['EBB_TEST_POISON:0:1'])
      assert.equal(Buffer.from(refused[0]!.value).toString(), 'poison')
    },
  },
  {
    name: 'repeats what may pass until it passes, while other partitions go on',
    run: async ({ log, store }) => {
      const otherDone = Promise.withResolvers<void>()
      let failures = 0
      const flaky: EventLog = {
        ...log,
        append: async (to, records) => {
          if (records[0]?.key !== 'a' || failures === 3) return log.append(to, records)
          failures += 1
          await otherDone.promise
          throw new TransientError('EBB_TEST_FLAKY', 'try again')
        },
      }
      await send(log, 0, event('a', '1'))
      await send(log, 1, tick(10))
      await runToEnd({ log: flaky, store }, silenceCounter, {
        committed: ({ partition }) => partition === 1 && otherDone.resolve(),
      })
      assert.equal((await countOf(store, 'a'))?.events, 1)
      assert.equal(failures, 3)
      assert.deepEqual(idsOf(await published(log)).sort(), ['count:1', 'tick:1:10'])
    },
  },
  {
    name: 'fires due timers at ticks only, in order of (due, key), and only once',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('c', '1'), event('b', '2'), tick(11), event('a', '3'))
      await runToEnd({ log, store })
      const silent = async () => idsOf(await published(log)).filter((id) => id.startsWith('silent'))
      assert.deepEqual(await silent(), [])
      await send(log, 0, tick(11 + COUNTER_SILENCE), tick(12 + COUNTER_SILENCE))
      await runToEnd({ log, store })
      assert.deepEqual((await silent()).sort(), ['silent:a:11', 'silent:b:10', 'silent:c:10'])
      const fired = (await published(log))
        .filter((r) => r.headers['ce_id']?.startsWith('silent'))
        .map((r) => ({ key: r.key, version: parseVersion(r.headers['version'])! }))
        .sort((a, b) => compareVersions(a.version, b.version))
      assert.deepEqual(
        fired.map(({ key }) => key),
        ['b', 'c', 'a'],
      )
    },
  },
  {
    name: 'fires nothing at a copy of a tick, although timers were armed at its time since',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'), tick(10), tick(11))
      await runToEnd({ log, store }, announcesAtOnce)
      const silent = (await published(log)).filter((r) => r.headers['ce_id'] === 'silent:a:10')
      assert.deepEqual(
        silent.map((r) => parseVersion(r.headers['version'])?.offset),
        [3],
      )
    },
  },
  {
    name: 'rebuilds its timers from the states when it acquires a partition',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'))
      await runToEnd({ log, store })
      await send(log, 0, tick(500))
      await runToEnd({ log, store })
      assert.ok(idsOf(await published(log)).includes('silent:a:10'))
    },
  },
  {
    name: 'fires nothing for a partition that lags: what is in the log before the tick counts',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'))
      await runToEnd({ log, store })
      await send(log, 0, tick(90), event('a', '2'), tick(150))
      await send(log, 1, tick(10_000))
      await runToEnd({ log, store })
      const silent = idsOf(await published(log)).filter((id) => id.startsWith('silent'))
      assert.deepEqual(silent, [])
    },
  },
  {
    name: 'skips what a numbered producer sends again, however late',
    run: async ({ log, store }) => {
      const numbered = (sequence: number, id: string): NewRecord => ({
        ...event('a', id),
        headers: numberedHeaders({ producer: 'file', sequence }),
      })
      await send(log, 0, numbered(1, 'x'), numbered(2, 'y'), tick(9), numbered(2, 'other id'))
      await runToEnd({ log, store })
      await send(log, 0, tick(1_000_000), numbered(1, 'again'), numbered(3, 'z'))
      await runToEnd({ log, store })
      assert.deepEqual((await countOf(store, 'a'))?.seen, ['x', 'y', 'z'])
    },
  },
  {
    name: 'halts where the input has another number of partitions than the state',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'))
      await runToEnd({ log, store })
      const grown: EventLog = { ...log, partitions: async () => 3 }
      await assert.rejects(runToEnd({ log: grown, store }), { code: 'EBB_TOPIC_PARTITIONS' })
    },
  },
  {
    name: 'halts where the store is empty although the log had been read',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'))
      await send(log, 1, event('b', '1'))
      await runToEnd({ log, store })
      const wiped: PartitionStore = {
        ...store,
        acquire: async (partition) => ({
          ...(await store.acquire(partition)),
          position: undefined,
        }),
        read: async (partition, keys) => ({
          ...(await store.read(partition, keys)),
          position: undefined,
        }),
      }
      await assert.rejects(runToEnd({ log, store: wiped }), { code: 'EBB_STATE_LOST' })
    },
  },
  {
    name: 'halts where the log ends before the offset that the state stands at',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'), event('a', '2'))
      await runToEnd({ log, store })
      const older: EventLog = {
        ...log,
        read: async (from, offset, limit) => {
          const { records, end } = await log.read(from, offset, limit)
          return { records, end: end - 1 }
        },
      }
      assert.equal((await haltOf({ log: older, store })).code, 'EBB_LOG_LOST')
    },
  },
  {
    name: 'halts where a timer does not move on',
    run: async ({ log, store }) => {
      const stuck: ProcessorDefinition<SilenceCount> = { ...silenceCounter, fire: () => ({}) }
      await send(log, 0, tick(10), event('a', '1'), tick(500))
      await assert.rejects(runToEnd({ log, store }, stuck), { code: 'EBB_TIMER_STUCK' })
    },
  },
  ...sharedValueCases,
]
