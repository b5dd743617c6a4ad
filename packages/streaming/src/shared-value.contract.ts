import assert from 'node:assert/strict'
import type { ContractCase } from './contract.ts'
import type { EventLog, LogRecord } from './event-log.ts'
import type { PartitionStore } from './partition-store.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import {
  dies,
  dyingStore,
  event,
  haltOf,
  type ProcessorHarness,
  patience,
  published,
  runToEnd,
  send,
  tick,
} from './processor-harness.ts'
import { COUNTER_SILENCE, type SilenceCount, silenceCounter } from './silence-counter.ts'

/** The silences that were told, with what they were told by, in the order of their versions. */
const silences = async (log: EventLog): Promise<string[]> =>
  (await published(log))
    .filter(({ headers }) => headers['ce_id']?.startsWith('silent'))
    .map(({ headers, value }) => `${headers['ce_id']} ${Buffer.from(value).toString()}`)

const told = (silence: string, clock: number, by: number): string =>
  `silent:${silence} ${JSON.stringify({ clock, patience: by })}`

/** What a processor keeps of the value that all states of a partition share, on all engines. */
export const sharedValueCases: readonly ContractCase<ProcessorHarness>[] = [
  {
    name: 'makes all timers again by a new shared value: of committed states and of those in hand',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'), event('b', '1'))
      await runToEnd({ log, store })
      await send(log, 0, tick(12), event('b', '2'), event('c', '1'), patience(5), tick(17))
      await runToEnd({ log, store })
      const first = [told('a:10', 17, 5), told('b:12', 17, 5), told('c:12', 17, 5)]
      assert.deepEqual(await silences(log), first)
      await send(log, 0, tick(500))
      await runToEnd({ log, store })
      assert.deepEqual(await silences(log), first)
    },
  },
  {
    name: 'moves timers back by it as well, in its own partition alone, and for whoever comes next',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'), patience(1_000))
      await send(log, 1, tick(10), event('z', '1'))
      await runToEnd({ log, store })
      await send(log, 0, tick(10 + COUNTER_SILENCE), tick(1_009))
      await send(log, 1, tick(10 + COUNTER_SILENCE))
      await runToEnd({ log, store })
      assert.deepEqual(await silences(log), [told('z:10', 110, COUNTER_SILENCE)])
      await send(log, 0, tick(1_010))
      await runToEnd({ log, store })
      assert.ok((await silences(log)).includes(told('a:10', 1_010, 1_000)))
    },
  },
  {
    name: 'gives the shared value to handle, dueAt, fire and onTick, and on repetition the same',
    run: async ({ log, store }) => {
      const seen = new Map<string, Set<unknown>>()
      await send(log, 0, tick(10), event('a', '1'), patience(5), event('a', '2'), tick(20))
      const run = (on: PartitionStore) => runToEnd({ log, store: on }, watched(seen))
      await dies(run(dyingStore(store, 'before')))
      await run(store)
      await send(log, 0, event('a', '3'))
      await run(store)
      assert.deepEqual(Object.fromEntries([...seen].map(([name, values]) => [name, [...values]])), {
        'tick 0': [undefined],
        'handle 1': [undefined],
        'handle 2': [undefined],
        'handle 3': [5],
        'tick 4': [5],
        'fire a': [5],
        'due a': [undefined, 5],
        'handle 5': [5],
      })
    },
  },
  {
    name: 'tells the same under the same versions after a crash around the commit of a shared value',
    run: async ({ log, store }) => {
      await send(log, 0, tick(10), event('a', '1'), event('b', '1'))
      await runToEnd({ log, store })
      await send(log, 0, patience(5), tick(17))
      for (let death = 0; death < 2; death += 1)
        await dies(runToEnd({ log, store: dyingStore(store, 'before') }))
      await dies(runToEnd({ log, store: dyingStore(store, 'behind') }))
      await send(log, 0, tick(18))
      await runToEnd({ log, store })
      const versions = (await published(log))
        .filter(({ headers }) => headers['ce_id']?.startsWith('silent'))
        .map((record: LogRecord) => `${record.headers['ce_id']} ${record.headers['version']}`)
      const once = ['silent:a:10 0.4.0', 'silent:b:10 0.4.1']
      assert.deepEqual(versions, [...once, ...once, ...once])
    },
  },
  {
    name: 'halts where a newer version wrote what the states share',
    run: async ({ log, store }) => {
      await send(log, 0, event('a', '1'), { ...patience(0), value: Buffer.from('no number') })
      await runToEnd({ log, store })
      assert.equal((await haltOf({ log, store })).code, 'EBB_STATE_VERSION')
    },
  },
]

/** The silence counter, whose functions write down the shared value that they are given. */
const watched = (seen: Map<string, Set<unknown>>): ProcessorDefinition<SilenceCount, number> => {
  const note = (what: string, value: unknown): void => {
    seen.set(what, (seen.get(what) ?? new Set()).add(value))
  }
  return {
    ...silenceCounter,
    handle: (before, record, at) => {
      note(`handle ${record.offset}`, at.shared)
      return silenceCounter.handle(before, record, at)
    },
    dueAt: (state, key, at) => {
      note(`due ${key}`, at.shared)
      return silenceCounter.dueAt!(state, key, at)
    },
    fire: (before, key, at) => {
      note(`fire ${key}`, at.shared)
      return silenceCounter.fire!(before, key, at)
    },
    onTick: (record, at) => {
      note(`tick ${record.offset}`, at.shared)
      return silenceCounter.onTick!(record, at)
    },
  }
}
