import { orderRhythm } from '@ebb/customer/order-rhythm'
import { windows } from '@ebb/customer/windows'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { CustomerRhythmView, CustomerView } from './customer-view.ts'
import { consentOf } from './features-record.ts'
import { unpackFeaturesState } from './features-state.ts'

/** Where customers are read from. */
export interface CustomerReader {
  readonly store: Pick<PartitionStore, 'read'>
  /** Partitions of the customer topics. */
  readonly partitions: number
  readonly timeZone: string
  readonly currency: string
}

/** The customer under a key (`u:` or `a:` and the id), `undefined` where nothing was heard. */
export const readCustomer = async (
  { store, partitions, timeZone, currency }: CustomerReader,
  customerId: string,
): Promise<CustomerView | undefined> => {
  const { states, position } = await store.read(partitionOf(customerId, partitions), [customerId])
  const [bytes] = states
  if (bytes === undefined || position === undefined) return undefined
  const { customer } = unpackFeaturesState(bytes)
  const { clock } = decodePartitionRecord(position.record)
  // Before the first tick the clock is 0, and windows never end before the last change.
  const asOf = Math.max(clock, customer.changedAt)
  const consent = consentOf(customer)
  const rhythm = orderRhythm(customer, timeZone)
  return {
    customerId,
    ...(customer.userId !== undefined && { userId: customer.userId }),
    asOf: iso(asOf),
    currency,
    ...(consent !== undefined && { consent }),
    rhythm: rhythm === undefined ? null : rhythmView(rhythm),
    windows: windows(customer, asOf, timeZone),
    recent: customer.recent
      .map(({ name, occurredAt }) => ({ name, occurredAt: iso(occurredAt) }))
      .reverse(),
  }
}

const rhythmView = (rhythm: NonNullable<ReturnType<typeof orderRhythm>>): CustomerRhythmView => {
  const { orders, repeatDays, firstAt, lastAt, lastOrderId } = rhythm
  return { orders, repeatDays, firstAt: iso(firstAt), lastAt: iso(lastAt), lastOrderId }
}

const iso = (instant: number): string => new Date(instant).toISOString()
