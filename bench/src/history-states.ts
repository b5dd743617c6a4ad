import { customerKey } from '@ebb/contracts/canonical-event'
import { packFeaturesState } from '@ebb/features/features-state'
import { encodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionOf } from '@ebb/streaming/partitioner'
import { BEGIN } from './bench-shop.ts'
import { clickstream } from './clickstream.ts'
import { foldInto, keyedEvent } from './keyed-events.ts'
import { shopperId } from './shop-traffic.ts'

/** Lives differ; so many are enough to have states of all sizes. */
const DISTINCT = 2_000
const EVENTS_EACH = 10

/** Packed states of customers of the traffic, by key, as 30 days until `BEGIN` left them. */
export const packedHistory = (customers: number): ReadonlyMap<string, Uint8Array> => {
  const distinct = Math.min(customers, DISTINCT)
  const stream = clickstream({ events: distinct * EVENTS_EACH, popularity: 'uniform' })
  const past = stream.events(stream.history).map((event) => keyedEvent(event, stream.history))
  const states = [...foldInto(new Map(), past).values()]
  const packed = states.map((customer) => packFeaturesState({ customer, told: true }))
  return new Map(
    Array.from({ length: customers }, (_, customer) => [
      customerKey({ userId: shopperId(customer) }),
      packed[customer % packed.length]!,
    ]),
  )
}

/** Puts states into a store where there were none; each partition stands at offset 0 and `BEGIN`. */
export const fillStore = async (
  store: PartitionStore,
  states: ReadonlyMap<string, Uint8Array>,
  partitions: number,
): Promise<void> => {
  const parts = Array.from({ length: partitions }, () => new Map<string, Uint8Array>())
  for (const [key, state] of states) parts[partitionOf(key, partitions)]!.set(key, state)
  const record = encodePartitionRecord({ clock: BEGIN, generation: 0, partitions, producers: {} })
  // One after the other: a store may have a deadline for each call, and these are large.
  for (const [partition, part] of parts.entries()) {
    const { epoch } = await store.acquire(partition)
    const position = { offset: 0, record }
    await store.commit(partition, { epoch, expectedOffset: undefined, states: part, position })
  }
}
