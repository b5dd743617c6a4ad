import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import type { OwnedEngines } from '@ebb/streaming/engines'
import type { LogRecord } from '@ebb/streaming/event-log'
import { startProcessors } from './bench-processors.ts'
import { openBenchEngines } from './bench-shop.ts'
import type { Benchmark, Contestant } from './benchmark.ts'
import { clickstream, LIVE_UNTIL } from './clickstream.ts'
import { consumeAll, discard } from './consume-all.ts'
import { makeLogTemplate } from './log-template.ts'
import type { Popularity } from './shop-traffic.ts'

/** Does one job on the present of a log. */
type Consumer = (engines: OwnedEngines) => Promise<void>

const mixOf = (popularity: Popularity): Benchmark => ({
  name: `processors, ${popularity} customers`,
  prepare: ({ shared, scale: { events } }) =>
    makeLogTemplate(shared, clickstream({ events, popularity })),
  against: contestant('consume and discard', consumeTo(discard)),
  contestants: [
    contestant('consume, parse, discard', consumeTo(parse)),
    { ...contestant('features', process('features')), goal: '≥ 45 %' },
    contestant('features and scorer', process('features and scorer')),
  ],
})

/** Each round has a fresh copy of the same log and states. */
const contestant = (name: string, consumer: Consumer): Contestant => ({
  name,
  open: async ({ folder, shared, scale: { events } }) => ({
    prepare: async (round) => {
      const copy = join(folder, `${round}`)
      cpSync(shared, copy, { recursive: true })
      const engines = await openBenchEngines(copy, () => LIVE_UNTIL)
      return {
        run: async () => {
          await consumer(engines)
          return events
        },
        end: async () => {
          await engines.close()
          rmSync(copy, { recursive: true })
        },
      }
    },
    close: async () => {},
  }),
})

const process =
  (which: 'features' | 'features and scorer'): Consumer =>
  async (engines) => {
    const processors = await startProcessors(engines, which)
    await processors.reached(LIVE_UNTIL)
    await processors.stop()
  }

/** Reads what the feature service would read, from where it would begin. */
const consumeTo =
  (each: (record: LogRecord) => void): Consumer =>
  async ({ log, store }) => {
    const states = store(FEATURES_PROCESSOR)
    const { done, stop } = await consumeAll(log, {
      group: 'discard',
      from: async (partition) => (await states.read(partition, [])).position!.offset,
      each,
    })
    await done
    await stop()
  }

const text = new TextDecoder()
const parse = ({ value }: LogRecord): void => {
  JSON.parse(text.decode(value))
}

/** The processors on the sqlite engines, against what reading the log alone costs. */
export const processorBenchmarks: readonly Benchmark[] = [mixOf('uniform'), mixOf('Zipf 1.1')]
