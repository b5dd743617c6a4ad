/** A topic that Ebb reads or writes. */
export interface TopicSpec {
  readonly name: string
  /** What the partition key of a record is. */
  readonly key: 'customer' | 'source' | 'installation' | 'model'
  /** How long an engine that can forget keeps a record. */
  readonly kept: Kept
  /** Where the number does not follow the installation. */
  readonly partitions?: number
}

/** For ever, for so many days, or only the last record of each key. */
export type Kept = 'for ever' | 'last of each key' | { readonly days: number }

/** Accepted events in canonical form, and ticks. */
export const EVENTS = 'ebb.events.v1'
/** Refused records: the bytes as they came, and why. */
export const REJECTS = 'ebb.rejects.v1'
/** All that the scorer needs of a customer, and ticks. */
export const FEATURES = 'ebb.features.v1'
/** What came from each source in each minute: one partition, for one judge reads them all. */
export const TRAFFIC = 'ebb.traffic.v1'
/** Order facts after de-duplication. */
export const ORDERS = 'ebb.orders.v1'
/** A tier was crossed, or an episode changed. */
export const ALERTS = 'ebb.alerts.v1'
/** Treatments to carry out. */
export const WINBACKS = 'ebb.winbacks.v1'

/** Models fitted to the shop's own customers, and which is in force; in one partition. */
export const MODELS = 'ebb.models.v1'

/** What the installation is: the record that began it, and one a rebuild; in one partition. */
export const INSTALLATION = 'ebb.installation.v1'

/** Every topic; those keyed by customer have the same number of partitions. */
export const TOPICS: readonly TopicSpec[] = [
  { name: INSTALLATION, key: 'installation', kept: 'for ever', partitions: 1 },
  { name: EVENTS, key: 'customer', kept: 'for ever' },
  { name: REJECTS, key: 'source', kept: { days: 30 } },
  { name: TRAFFIC, key: 'source', kept: { days: 30 }, partitions: 1 },
  { name: FEATURES, key: 'customer', kept: 'last of each key' },
  { name: ORDERS, key: 'customer', kept: { days: 400 } },
  { name: ALERTS, key: 'customer', kept: { days: 90 } },
  { name: WINBACKS, key: 'customer', kept: { days: 90 } },
  { name: MODELS, key: 'model', kept: 'last of each key', partitions: 1 },
]

/** A topic with its number of partitions, as an engine makes it. */
export interface SizedTopic {
  readonly name: string
  readonly partitions: number
  readonly kept: Kept
}

/** All topics of an installation with so many partitions. */
export const topicsOf = (partitions: number): SizedTopic[] =>
  TOPICS.map((topic) => ({ partitions, ...topic }))

/** Partitions of the customer topics on the embedded engines. */
export const EMBEDDED_PARTITIONS = 4

/** Partitions of the customer topics on Kafka, unless told otherwise. */
export const SHARED_PARTITIONS = 24

/** Topics that a rebuild of the states writes anew, beside those in force. */
export const MADE_FROM_STATES: ReadonlySet<string> = new Set([FEATURES])
