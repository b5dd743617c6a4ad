import { ALERTS, EVENTS, FEATURES, ORDERS, REJECTS, TRAFFIC } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { HEARTBEAT_PROCESSOR } from '@ebb/features/heartbeat/heartbeat-definition'
import { QUALITY_GROUPS } from '@ebb/insights/quality/quality-readers'
import {
  featuresGroup,
  ALERTS_GROUP as INSIGHTS_ALERTS,
  PROFILES_GROUP,
} from '@ebb/insights/read-models'
import { offsetsOf, type TopicGroup } from '@ebb/postgres/postgres-diagnosis'
import { ALERTS_GROUP, ORDERS_GROUP } from '@ebb/retention/service'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { ExaminedEngines } from '@ebb/streaming/engines'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { consumerGroup } from '@ebb/streaming/processor'
import type { RecordsLook } from './records-look.ts'

/** A consumer group of Ebb's own. */
export interface Reader extends TopicGroup {
  readonly name: string
  /** Where the offsets stand that count. */
  readonly keptIn: 'state store' | keyof RecordsLook['schemas']
  /** What it keeps follows from its topic: where nothing is kept it begins again by itself. */
  readonly isDerived?: true
  /** Its topic has no ticks, so that it has no clock. */
  readonly isWithoutClock?: true
}

/** The processors: they keep states. */
export const processorsOf = (generation: number): Reader[] => [
  processor(FEATURES_PROCESSOR, EVENTS, generation),
  processor(SCORER_PROCESSOR, FEATURES, generation),
  { ...processor(HEARTBEAT_PROCESSOR, TRAFFIC, generation), isWithoutClock: true },
]

const processor = (name: string, topic: string, generation: number): Reader => ({
  ...{ name, topic, group: consumerGroup(name, generation), keptIn: 'state store' },
})

const qualityReader = (of: keyof typeof QUALITY_GROUPS, topic: string): Reader => {
  const group = QUALITY_GROUPS[of]
  return { name: group, group, topic, keptIn: 'insights', isDerived: true }
}

/** Those that keep business records. */
export const recordReadersOf = (generation: number): Reader[] => [
  { name: 'retention-alerts', group: ALERTS_GROUP, topic: ALERTS, keptIn: 'retention' },
  { name: 'retention-orders', group: ORDERS_GROUP, topic: ORDERS, keptIn: 'retention' },
  {
    ...{ name: 'insights-features', group: featuresGroup(generation), topic: FEATURES },
    ...{ keptIn: 'insights', isDerived: true },
  },
  {
    ...{ name: 'insights-alerts', group: INSIGHTS_ALERTS, topic: ALERTS },
    ...{ keptIn: 'insights', isDerived: true },
  },
  {
    ...{ name: 'insights-profiles', group: PROFILES_GROUP, topic: EVENTS },
    ...{ keptIn: 'insights', isDerived: true },
  },
  qualityReader('events', EVENTS),
  qualityReader('rejects', REJECTS),
  qualityReader('traffic', TRAFFIC),
]

/** Where a reader stands in one partition. */
export interface ReadPlace {
  readonly partition: number
  /** Of the next record; absent where nothing is kept. */
  readonly offset: number | undefined
  /** Where the partition ends. */
  readonly end: number
  /** What the group last told the broker, where nothing is kept; else 0. */
  readonly advised: number
  /** Largest tick read (ms); absent where none is kept. */
  readonly clock?: number
}

/** Where the engines are asked. */
export interface ReadPlaces {
  readonly engines: ExaminedEngines
  /** Of the service that the reader belongs to. */
  readonly records?: RecordsLook
}

/** Where a reader stands in each partition. Throws as the engines do. */
export const placesOf = async (
  { engines, records }: ReadPlaces,
  reader: Reader,
): Promise<readonly ReadPlace[]> => {
  const { group, topic } = reader
  const { log } = engines
  const count = await log.partitions(topic)
  const kept =
    reader.keptIn === 'state store'
      ? await keptStates(engines, reader.name, count)
      : await offsetsOf(records!.schemas[reader.keptIn], reader)
  return Promise.all(
    Array.from({ length: count }, async (_, partition) => {
      const found = kept?.get(partition)
      const { offset, clock } = typeof found === 'object' ? found : { offset: found }
      const from = { topic, partition }
      // The end behind the offset: a log that grows meanwhile must not make the lag negative.
      const { end } = await log.read(from, 0, 0)
      const advised = offset === undefined ? await log.advised(group, from) : 0
      return { partition, offset, end, advised, ...(clock !== undefined && { clock }) }
    }),
  )
}

const keptStates = async (engines: ExaminedEngines, name: string, count: number) => {
  const store = engines.store(name)
  const found = new Map<number, { readonly offset: number; readonly clock: number }>()
  if (store === undefined) return found
  const partitions = Array.from({ length: count }, (_, partition) => partition)
  await Promise.all(
    partitions.map(async (partition) => {
      const { position } = await store.read(partition, [])
      if (position === undefined) return
      const { clock } = decodePartitionRecord(position.record)
      found.set(partition, { offset: position.offset, clock })
    }),
  )
  return found
}

/** Records that wait. */
export const lagOf = (places: readonly ReadPlace[]): number =>
  places.reduce((sum, { offset = 0, end }) => sum + Math.max(0, end - offset), 0)
