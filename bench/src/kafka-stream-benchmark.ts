import { EVENTS, SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import type { FeaturesState } from '@ebb/features/features-state'
import { kafkaClient } from '@ebb/kafka/kafka-client'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import type { KafkaSettings } from '@ebb/kafka/kafka-settings'
import { forgetStates } from '@ebb/redis/forget-states'
import type { StatesOwner } from '@ebb/redis/partition-keys'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import { stateCaches } from '@ebb/streaming/state-cache'
import { benchKafka, openNewNamespace, recordsIn } from './bench-kafka.ts'
import { startBenchProcessor } from './bench-processors.ts'
import { SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant, Engines, Scale, Setting, Workload } from './benchmark.ts'
import { type Clickstream, clickstream } from './clickstream.ts'
import { consumeAll, discard } from './consume-all.ts'
import { gatedLog } from './gated-log.ts'
import { fillStore, packedHistory } from './history-states.ts'
import { appendStretch } from './log-template.ts'
import { copyStates } from './redis-states.ts'
import { TOGETHER } from './results.ts'
import type { Popularity } from './shop-traffic.ts'

/** For one event of the scale: in a whole run 50,000 events, and 100,000 customers in the store. */
const EVENTS_EACH = 2.5
const CUSTOMERS_EACH = 5
/** Of these customers, in the shop meanwhile where all are alike: five events each. */
const PRESENT = 0.1

/** A stretch of a shop in the log, and what its customers did before in the store. */
interface Stage {
  readonly stream: Clickstream
  readonly kafka: KafkaSettings
  /** The states as every round begins; nobody changes these. */
  readonly template: StatesOwner
}

const stageOf = (popularity: Popularity, engines: Engines, { events }: Scale): Stage => {
  const stream = clickstream({
    events: events * EVENTS_EACH,
    popularity,
    customers: events * CUSTOMERS_EACH * (popularity === 'uniform' ? PRESENT : 1),
    isUnderWay: true,
  })
  const prefix = `stream-${popularity.replace(' ', '-')}.`
  return {
    stream,
    kafka: benchKafka(engines, prefix, () => stream.live.until),
    template: { prefix, processor: FEATURES_PROCESSOR },
  }
}

const prepareStage = async (
  { stream, kafka, template }: Stage,
  { engines, scale }: Pick<Setting, 'engines' | 'scale'>,
): Promise<void> => {
  const log = await openNewNamespace(kafka, 'writer')
  await appendStretch(log, stream, stream.live)
  const [found, sent] = [await recordsIn(log), recordsOf(stream)]
  if (found !== sent) throw new Error(`The log holds ${found} records, not ${sent}`)
  await log.close()
  const connection = await connectRedis(engines.redis!)
  const states = packedHistory(scale.events * CUSTOMERS_EACH)
  await fillStore(redisPartitionStore(connection, template), states, SHARED_PARTITIONS)
  await connection.close()
}

/** Events, and ticks in every partition. */
const recordsOf = ({ live: { events, from, until, tickEveryMs } }: Clickstream): number =>
  events + (SHARED_PARTITIONS * (until - from)) / tickEveryMs

/** Sets a contestant up on a stage. */
type Opening = (stage: Stage, setting: Setting) => Promise<Workload>

const openDiscarding: Opening = async ({ kafka, stream }) => {
  const log = await openKafkaEventLog(kafka)
  return {
    prepare: async (round) => {
      const gate = gatedLog(log)
      const from = async (): Promise<number> => 0
      const { done, stop } = await consumeAll(gate.log, {
        group: `discard-${round}`,
        from,
        each: discard,
      })
      await gate.waiting(SHARED_PARTITIONS)
      return {
        run: async () => {
          gate.open()
          await done
          return stream.live.events
        },
        end: stop,
      }
    },
    close: log.close,
  }
}

/** The client that our log stands on, as its guide has it. */
const openClientAlone: Opening = async ({ kafka: settings, stream }) => {
  const { kafka } = kafkaClient(settings)
  return {
    prepare: async (round) => {
      const consumer = kafka.consumer({ groupId: `kafkajs-${round}` })
      await consumer.connect()
      await consumer.subscribe({ topics: [`${settings.prefix}${EVENTS}`], fromBeginning: true })
      return {
        run: async () => {
          const { promise, resolve } = Promise.withResolvers<void>()
          let left = recordsOf(stream)
          await consumer.run({
            eachBatch: async ({ batch }) => {
              left -= batch.messages.length
              if (left === 0) resolve()
            },
          })
          await promise
          return stream.live.events
        },
        end: () => consumer.disconnect(),
      }
    },
    close: async () => {},
  }
}

const openFeatures =
  (name: string, definition: ProcessorDefinition<FeaturesState>): Opening =>
  async ({ kafka, template, stream }, { engines }) => {
    const log = await openKafkaEventLog(kafka)
    const connection = await connectRedis(engines.redis!)
    return {
      prepare: async (round) => {
        const states = { ...template, prefix: `${template.prefix}${name}-${round}.` }
        await copyStates(connection, template, states)
        const gate = gatedLog(log)
        const store = redisPartitionStore(connection, states)
        const processor = await startBenchProcessor(
          { log: gate.log, store },
          definition,
          stateCaches(),
        )
        await gate.waiting(SHARED_PARTITIONS)
        return {
          run: async () => {
            gate.open()
            await processor.reached(stream.live.until)
            return stream.live.events
          },
          end: async () => {
            await processor.stop()
            await forgetStates(connection, { ...states, partitions: SHARED_PARTITIONS })
          },
        }
      },
      close: async () => {
        await log.close()
        await connection.close()
      },
    }
  }

const coalescing = featuresDefinition(SHOP)

/** Tells of plain activity at once, too. */
const oneOutputEach: ProcessorDefinition<FeaturesState> = {
  ...coalescing,
  handle: (before, record, at) => {
    const outcome = coalescing.handle(before, record, at)
    if (!outcome.state || outcome.outputs) return outcome
    const told = { ...outcome.state, told: true }
    return { ...coalescing.fire!(told, record.key, at), state: told }
  },
}

const streamOf = (popularity: Popularity, together: string): Benchmark => {
  const on = (name: string, opening: Opening): Contestant => ({
    name,
    open: (setting) => opening(stageOf(popularity, setting.engines, setting.scale), setting),
  })
  return {
    name: `features on Kafka and Redis, ${popularity} customers`,
    needs: ['kafka', 'redis'],
    prepare: (setting) =>
      prepareStage(stageOf(popularity, setting.engines, setting.scale), setting),
    against: on('consume and discard', openDiscarding),
    contestants: [
      on('kafkajs alone, consume and discard', openClientAlone),
      {
        ...on('features', openFeatures('coalescing', coalescing)),
        goal: '≥ 45 %',
        goals: { [TOGETHER]: together },
      },
      ...(popularity === 'uniform'
        ? [
            {
              ...on('features, one output each', openFeatures('each', oneOutputEach)),
              goals: { [TOGETHER]: '≤ 23 µs' },
            },
          ]
        : []),
    ],
  }
}

/** The feature service on real engines, against what reading the log alone costs. */
export const kafkaStreamBenchmarks: readonly Benchmark[] = [
  streamOf('uniform', '≤ 13 µs'),
  streamOf('Zipf 1.1', '≤ 10 µs'),
]
