import { SHARED_PARTITIONS, topicsOf } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import { forgetStates } from '@ebb/redis/forget-states'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { stateCaches } from '@ebb/streaming/state-cache'
import { startBenchProcessor } from './bench-processors.ts'
import { SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant } from './benchmark.ts'
import { clickstream } from './clickstream.ts'
import { gatedLog } from './gated-log.ts'
import { fillStore, packedHistory } from './history-states.ts'
import { appendStretch } from './log-template.ts'
import { copyStates } from './redis-states.ts'
import { TOGETHER } from './results.ts'
import type { Popularity } from './shop-traffic.ts'

/** For one event of the scale: in a whole run 50,000 events, and 20,000 to 200,000 customers. */
const EVENTS_EACH = 2.5
/** The goal is for growth from 100,000 on. */
const BASE = 5
const OTHERS = [1, 10]

const templateOf = (customers: number) => ({
  prefix: `customers-${customers}.`,
  processor: FEATURES_PROCESSOR,
})

/** Each round begins with the same states, of which nothing is remembered in memory. */
const withCustomers = (popularity: Popularity, each: number): Contestant => ({
  name: `${each * 20},000 customers`,
  open: async ({ engines, scale }) => {
    const connection = await connectRedis(engines.redis!)
    const customers = scale.events * each
    const events = scale.events * EVENTS_EACH
    const stream = clickstream({ events, popularity, customers, isUnderWay: true })
    const template = templateOf(customers)
    return {
      prepare: async (round) => {
        const states = { ...template, prefix: `${template.prefix}${round}.` }
        await copyStates(connection, template, states)
        const topics = topicsOf(SHARED_PARTITIONS)
        const log = memoryEventLog({ topics, now: () => stream.live.until })
        await appendStretch(log, stream, stream.live)
        const gate = gatedLog(log)
        const processor = await startBenchProcessor(
          { log: gate.log, store: redisPartitionStore(connection, states) },
          featuresDefinition(SHOP),
          stateCaches(),
        )
        await gate.waiting(SHARED_PARTITIONS)
        return {
          run: async () => {
            gate.open()
            await processor.reached(stream.live.until)
            return events
          },
          end: async () => {
            await processor.stop()
            await forgetStates(connection, { ...states, partitions: SHARED_PARTITIONS })
          },
        }
      },
      close: connection.close,
    }
  },
})

const of = (popularity: Popularity, goal: string): Benchmark => ({
  name: `features by number of customers, ${popularity}`,
  needs: ['redis'],
  prepare: async ({ engines, scale }) => {
    const connection = await connectRedis(engines.redis!)
    for (const each of [BASE, ...OTHERS]) {
      const customers = scale.events * each
      const store = redisPartitionStore(connection, templateOf(customers))
      // The other mix may have left the same here.
      await forgetStates(connection, { ...templateOf(customers), partitions: SHARED_PARTITIONS })
      await fillStore(store, packedHistory(customers), SHARED_PARTITIONS)
    }
    await connection.close()
  },
  against: withCustomers(popularity, BASE),
  contestants: OTHERS.map((each) => ({
    ...withCustomers(popularity, each),
    ...(each > BASE && { goals: { [TOGETHER]: goal } }),
  })),
})

/** What more customers cost an event of the feature service, on Redis and a log in memory. */
export const customersBenchmarks: readonly Benchmark[] = [
  of('uniform', '≥ 80 %'),
  of('Zipf 1.1', '≥ 91 %'),
]
