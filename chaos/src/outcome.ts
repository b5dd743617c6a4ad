import type { AlertRecord } from '@ebb/contracts/alert-record'
import { ALERTS, EVENTS, FEATURES, ORDERS } from '@ebb/contracts/topics'
import type { CustomerState } from '@ebb/customer/customer-state'
import { statesDigest } from '@ebb/customer/normalise'
import { unpackFeaturesState } from '@ebb/features/features-state'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { parseVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { type PipelineView, readTopic, standingsOf, type TopicRecords } from './pipeline-view.ts'
import { SHOP } from './shop.ts'

/** All that a pipeline came to. */
export interface Outcome {
  /** Records of each topic, by partition. */
  readonly features: TopicRecords
  readonly orders: TopicRecords
  readonly alerts: TopicRecords
  /** Packed states by customer. */
  readonly featuresStates: ReadonlyMap<string, Uint8Array>
  readonly scorerStates: ReadonlyMap<string, Uint8Array>
  /** Largest clock of a partition, ms. */
  readonly clock: number
}

/** Reads all of a pipeline that rests. */
export const readOutcome = async (view: PipelineView): Promise<Outcome> => ({
  features: await readTopic(view, FEATURES),
  orders: await readTopic(view, ORDERS),
  alerts: await readTopic(view, ALERTS),
  featuresStates: await scanned(view.features, view.partitions),
  scorerStates: await scanned(view.scorer, view.partitions),
  clock: Math.max(...(await standingsOf(view, 'features')).map(({ clock }) => clock)),
})

/** Every record of the events topic, by partition. */
export const readEvents = (view: PipelineView): Promise<TopicRecords> => readTopic(view, EVENTS)

const scanned = async (
  store: Pick<PartitionStore, 'scan'>,
  partitions: number,
): Promise<Map<string, Uint8Array>> => {
  const all = new Map<string, Uint8Array>()
  for (let partition = 0; partition < partitions; partition += 1)
    for await (const [key, state] of store.scan(partition)) all.set(key, state)
  return all
}

/** Every customer that the feature service knows. */
export const customersOf = ({ featuresStates }: Outcome): (readonly [string, CustomerState])[] =>
  [...featuresStates].map(([key, bytes]) => [key, unpackFeaturesState(bytes).customer] as const)

/** As `ebb rebuild` tells it. */
export const digestOf = (outcome: Outcome): string =>
  statesDigest(customersOf(outcome), outcome.clock, SHOP.timeZone)

/**
 * What a processor's records say, by partition, key and version: the same text each time one is
 * published. Without the generation: a rebuild says the same again.
 */
export const publishedTexts = (topic: TopicRecords): ReadonlyMap<string, ReadonlySet<string>> => {
  const texts = new Map<string, Set<string>>()
  for (const [partition, records] of topic.entries())
    for (const { key, value, headers } of records) {
      const { offset, index } = parseVersion(headers[VERSION_HEADER])!
      const name = `${partition}/${key} ${offset}.${index}`
      const text = Buffer.from(value).toString('utf8')
      texts.set(name, (texts.get(name) ?? new Set()).add(text))
    }
  return texts
}

/** Alerts as a consumer reads them. */
export const alertsOf = ({ alerts }: Pick<Outcome, 'alerts'>): readonly AlertRecord[] =>
  alerts.flat().map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')) as AlertRecord)
