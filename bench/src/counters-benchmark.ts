import { customerKey } from '@ebb/contracts/canonical-event'
import { EVENTS, SHARED_PARTITIONS, topicsOf } from '@ebb/contracts/topics'
import type { CustomerEvent } from '@ebb/customer/customer-event'
import { fold } from '@ebb/customer/fold'
import { customerEventOf } from '@ebb/features/customer-event'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import type { FeaturesState } from '@ebb/features/features-state'
import { connectRedis, type RedisConnection } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import type { LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { partitionOwner } from '@ebb/streaming/partition-owner'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import { stateCaches } from '@ebb/streaming/state-cache'
import { BEGIN, canonicalEvent, intakeContext, SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { fillStore, packedHistory } from './history-states.ts'
import { TOGETHER } from './results.ts'
import { type Popularity, shopTraffic } from './shop-traffic.ts'

/** For one event of the scale: 100,000 in a whole run. */
const CUSTOMERS_EACH = 5
const BATCH = 500

/** A record whose event was read already: that costs both designs the same. */
interface ReadRecord extends LogRecord {
  readonly event: CustomerEvent
}

/** Records of one partition, handled together. */
interface Batch {
  readonly partition: number
  readonly records: readonly ReadRecord[]
}

/** Counts the events of a batch in Redis, and where that stands. */
type Counting = (batch: Batch) => Promise<unknown>

const contestant = (
  name: string,
  popularity: Popularity,
  begin: (connection: RedisConnection, scale: Scale) => Promise<Counting>,
): Contestant => ({
  name,
  open: async ({ engines, scale }) => {
    const connection = await connectRedis(engines.redis!)
    const count = await begin(connection, scale)
    const offsets = new Array<number>(SHARED_PARTITIONS).fill(0)
    return {
      prepare: async (round) => {
        const batches = batchesOf(eventsOf(round, popularity, scale), offsets)
        return {
          run: async () => {
            for (const batch of batches) await count(batch)
            return scale.events
          },
        }
      },
      close: connection.close,
    }
  },
})

const eventsOf = (round: number, popularity: Popularity, { events }: Scale): CustomerEvent[] => {
  const customers = events * CUSTOMERS_EACH
  const name = `round-${round}`
  const next = shopTraffic({ name, customers, popularity, isUnderWay: true })
  return Array.from({ length: events }, () =>
    customerEventOf(canonicalEvent(next(BEGIN), intakeContext(BEGIN)), SHOP.timeZone),
  )
}

/** Behind `offsets`, which move on. */
const batchesOf = (events: readonly CustomerEvent[], offsets: number[]): readonly Batch[] => {
  const lanes = offsets.map((): ReadRecord[] => [])
  for (const event of events) {
    const key = customerKey(event.customer)
    const partition = partitionOf(key, lanes.length)
    const offset = offsets[partition]!++
    const record = { offset, key, value: NOTHING, headers: {}, appendedAt: BEGIN, event }
    lanes[partition]!.push(record)
  }
  return lanes.flatMap((lane, partition) =>
    Array.from({ length: Math.ceil(lane.length / BATCH) }, (_, index) => ({
      partition,
      records: lane.slice(index * BATCH, (index + 1) * BATCH),
    })),
  )
}

const NOTHING = new Uint8Array(0)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** One hash a customer, with counters of all events and of each kind: by hour, by day, in all. */
const incrementing = async ({ run }: RedisConnection): Promise<Counting> => {
  return ({ partition, records }) =>
    run((client) => {
      const pipeline = client.pipeline()
      for (const { key, offset, event } of records) {
        const { name, occurredAt } = event
        const hour = Math.floor(occurredAt / HOUR_MS)
        const day = Math.floor(occurredAt / DAY_MS)
        for (const field of [
          name,
          `${name}:h${hour}`,
          `${name}:d${day}`,
          'all',
          `all:h${hour}`,
          `all:d${day}`,
        ])
          pipeline.hincrby(`counters:${key}`, field, 1)
        pipeline.set(`counters-at:${partition}`, offset)
      }
      return pipeline.exec()
    })
}

/** Folds what was read already, and publishes nothing. */
const foldAlone: ProcessorDefinition<FeaturesState> = {
  ...featuresDefinition(SHOP),
  handle: (before, record, { clock }) => {
    const { event } = record as ReadRecord
    const { state } = fold(before?.customer, event, { clock, timeZone: SHOP.timeZone })
    return { state: { customer: state, told: false } }
  },
}

/** Hands on the bytes of a state as they are: what is left is what the store costs. */
const copyAlone: ProcessorDefinition<Uint8Array> = {
  name: FEATURES_PROCESSOR,
  input: EVENTS,
  pack: (bytes) => bytes,
  unpack: (bytes) => bytes,
  tickAt: () => undefined,
  handle: (before) => (before === undefined ? {} : { state: before.slice() }),
  rejection: (_record, { message }) => {
    throw new Error(message)
  },
}

/** As the feature service does: states are read, changed and written together for a batch. */
const committing =
  <State>(definition: ProcessorDefinition<State>, prefix: string) =>
  async (connection: RedisConnection, { events }: Scale): Promise<Counting> => {
    const store = redisPartitionStore(connection, { prefix, processor: FEATURES_PROCESSOR })
    await fillStore(store, packedHistory(events * CUSTOMERS_EACH), SHARED_PARTITIONS)
    const log = memoryEventLog({ topics: topicsOf(SHARED_PARTITIONS), now: () => BEGIN })
    const { signal } = new AbortController()
    const caches = stateCaches()
    const owners = await Promise.all(
      Array.from({ length: SHARED_PARTITIONS }, async (_, partition) => {
        const owner = partitionOwner({
          definition,
          ports: { log, store },
          caches,
          options: {
            onHalt: (error) => {
              throw error
            },
          },
          partition,
          generation: 0,
          group: FEATURES_PROCESSOR,
        })
        await owner.acquire(signal)
        return owner
      }),
    )
    return ({ partition, records }) => owners[partition]!.run(records, signal)
  }

const againstCounters = (popularity: Popularity): Benchmark => ({
  name: `states in Redis, ${popularity} customers`,
  needs: ['redis'],
  against: contestant('six HINCRBY an event, pipelined', popularity, incrementing),
  contestants: [
    contestant(
      'states read and committed, not even unpacked',
      popularity,
      committing(copyAlone, `${popularity} as they are.`),
    ),
    {
      ...contestant(
        'states read, folded, committed',
        popularity,
        committing(foldAlone, `${popularity}.`),
      ),
      goals: { [TOGETHER]: popularity === 'uniform' ? '≥ 500 %' : '≥ 800 %' },
    },
  ],
})

/** What features keep of customers, against the usual way to count in Redis. */
export const countersBenchmarks: readonly Benchmark[] = [
  againstCounters('uniform'),
  againstCounters('Zipf 1.1'),
]
