/** A topic that Ebb reads or writes. */
export interface TopicSpec {
  readonly name: string
  /** What the partition key of a record is. */
  readonly key: 'customer' | 'source'
}

/** Accepted events in canonical form, and ticks. */
export const EVENTS = 'ebb.events.v1'
/** Refused records: the bytes as they came, and why. */
export const REJECTS = 'ebb.rejects.v1'
/** All that the scorer needs of a customer, and ticks. */
export const FEATURES = 'ebb.features.v1'
/** Order facts after de-duplication. */
export const ORDERS = 'ebb.orders.v1'
/** A tier was crossed, or an episode changed. */
export const ALERTS = 'ebb.alerts.v1'

/** Every topic; those keyed by customer have the same number of partitions. */
export const TOPICS: readonly TopicSpec[] = [
  { name: EVENTS, key: 'customer' },
  { name: REJECTS, key: 'source' },
  { name: FEATURES, key: 'customer' },
  { name: ORDERS, key: 'customer' },
  { name: ALERTS, key: 'customer' },
]

/** All topics with one number of partitions, as an engine makes them. */
export const topicsOf = (partitions: number): { name: string; partitions: number }[] =>
  TOPICS.map(({ name }) => ({ name, partitions }))

/** Partitions of every topic on the embedded engines. */
export const EMBEDDED_PARTITIONS = 4
