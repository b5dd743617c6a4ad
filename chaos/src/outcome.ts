import type { AlertRecord } from '@ebb/contracts/alert-record'
import { ALERTS, EVENTS, FEATURES, ORDERS, REJECTS } from '@ebb/contracts/topics'
import type { CustomerState } from '@ebb/customer/customer-state'
import { statesDigest } from '@ebb/customer/normalise'
import { unpackFeaturesState } from '@ebb/features/features-state'
import type { LogRecord } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { VERSION_HEADER } from '@ebb/streaming/version'
import { SHOP } from './fault-free-run.ts'
import { type PipelineView, standingsOf } from './pipeline-view.ts'

/** All that a pipeline came to. */
export interface Outcome {
  /** Records of each topic, all partitions one after the other. */
  readonly features: readonly LogRecord[]
  readonly orders: readonly LogRecord[]
  readonly alerts: readonly LogRecord[]
  readonly rejects: readonly LogRecord[]
  /** Packed states by customer. */
  readonly featuresStates: ReadonlyMap<string, Uint8Array>
  readonly scorerStates: ReadonlyMap<string, Uint8Array>
  /** Largest clock of a partition, ms. */
  readonly clock: number
}

/** Reads all of a pipeline that rests. */
export const readOutcome = async (view: PipelineView): Promise<Outcome> => ({
  features: (await readTopic(view, FEATURES)).flat(),
  orders: (await readTopic(view, ORDERS)).flat(),
  alerts: (await readTopic(view, ALERTS)).flat(),
  rejects: (await readTopic(view, REJECTS)).flat(),
  featuresStates: await scanned(view.features, view.partitions),
  scorerStates: await scanned(view.scorer, view.partitions),
  clock: Math.max(...(await standingsOf(view, 'features')).map(({ clock }) => clock)),
})

/** Every record of the events topic, by partition. */
export const readEvents = (view: PipelineView): Promise<LogRecord[][]> => readTopic(view, EVENTS)

const PAGE_RECORDS = 5_000

const readTopic = ({ log, partitions }: PipelineView, topic: string): Promise<LogRecord[][]> =>
  Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const all: LogRecord[] = []
      for (let offset = 0; ; ) {
        const { records, end } = await log.read({ topic, partition }, offset, PAGE_RECORDS)
        for (const record of records) all.push(record)
        offset = (records.at(-1)?.offset ?? end - 1) + 1
        if (offset >= end) return all
      }
    }),
  )

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

/** What a processor's record says by its place and version: the same text each time it is published. */
export const publishedTexts = (records: readonly LogRecord[]): ReadonlyMap<string, Set<string>> => {
  const texts = new Map<string, Set<string>>()
  for (const { key, value, headers } of records) {
    const name = `${key} ${headers['ce_id']} ${headers[VERSION_HEADER]}`
    const text = Buffer.from(value).toString('utf8')
    texts.set(name, (texts.get(name) ?? new Set()).add(text))
  }
  return texts
}

/** Alerts with what they mean to a consumer, and all that they say. */
export const alertsOf = ({ alerts }: Pick<Outcome, 'alerts'>): readonly AlertRecord[] =>
  alerts.map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')) as AlertRecord)
