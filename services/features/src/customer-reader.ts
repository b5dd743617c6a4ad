import type { CustomerState, Visit } from '@ebb/customer/customer-state'
import { type StandingEvidence, standingEvidence } from '@ebb/customer/evidence'
import { evidenceRow } from '@ebb/customer/evidence-kinds'
import { orderRhythm } from '@ebb/customer/order-rhythm'
import { purchaseHabits, purchases } from '@ebb/customer/purchases'
import { topTastes } from '@ebb/customer/tastes'
import { windowRates, windows } from '@ebb/customer/windows'
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
  reader: CustomerReader,
  customerId: string,
): Promise<CustomerView | undefined> => (await readCustomers(reader, [customerId])).get(customerId)

/** Customers by their keys, in the order of these; nothing for those of whom nothing was heard. */
export const readCustomers = async (
  { store, partitions, ...shop }: CustomerReader,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, CustomerView>> => {
  const ids = [...new Set(customerIds)]
  const byPartition = Map.groupBy(ids, (id) => partitionOf(id, partitions))
  const found = new Map<string, CustomerView>()
  await Promise.all(
    [...byPartition].map(async ([partition, keys]) => {
      const { states, position } = await store.read(partition, keys)
      if (position === undefined) return
      const { clock } = decodePartitionRecord(position.record)
      for (const [index, bytes] of states.entries()) {
        if (bytes === undefined) continue
        const { customer } = unpackFeaturesState(bytes)
        found.set(keys[index]!, viewOf(keys[index]!, customer, { ...shop, clock }))
      }
    }),
  )
  return new Map(ids.filter((id) => found.has(id)).map((id) => [id, found.get(id)!]))
}

interface Look {
  readonly clock: number
  readonly timeZone: string
  readonly currency: string
}

const LAST = 10
const LAST_EVIDENCE = 50

const viewOf = (
  customerId: string,
  customer: CustomerState,
  { clock, timeZone, currency }: Look,
): CustomerView => {
  // Before the first tick the clock is 0, and windows never end before the last change.
  const asOf = Math.max(clock, customer.changedAt)
  const consent = consentOf(customer)
  const rhythm = orderRhythm(customer, timeZone)
  const totals = windows(customer, asOf, timeZone)
  return {
    customerId,
    ...(customer.userId !== undefined && { userId: customer.userId }),
    asOf: iso(asOf),
    currency,
    ...(consent !== undefined && { consent }),
    rhythm: rhythm === undefined ? null : rhythmView(rhythm),
    windows: totals,
    rates: {
      d1: windowRates(totals.d1),
      d7: windowRates(totals.d7),
      d30: windowRates(totals.d30),
      d90: windowRates(totals.d90),
      lifetime: windowRates(totals.lifetime),
    },
    tastes: topTastes(customer, asOf, timeZone),
    habits: purchaseHabits(customer, timeZone) ?? null,
    purchases: purchases(customer)
      .slice(-LAST)
      .map(({ placedAt, ...purchase }) => ({ ...purchase, placedAt: iso(placedAt) }))
      .reverse(),
    evidence: standingEvidence(customer, asOf, timeZone).slice(0, LAST_EVIDENCE).map(evidenceView),
    visits: [...customer.lastVisits, ...customer.openVisits].map(visitView).reverse(),
    recent: customer.recent
      .map(({ name, occurredAt }) => ({ name, occurredAt: iso(occurredAt) }))
      .reverse(),
  }
}

const evidenceView = ({
  occurredAt,
  resolvedAt,
  fadesAt,
  ...evidence
}: StandingEvidence): CustomerView['evidence'][number] => {
  const { resolvedBy } = evidenceRow(evidence.kind)
  return {
    ...evidence,
    occurredAt: iso(occurredAt),
    ...(resolvedAt !== undefined && { resolvedAt: iso(resolvedAt) }),
    ...(resolvedBy !== undefined && { clearedBy: resolvedBy }),
    fadesAt: iso(fadesAt),
  }
}

const rhythmView = (rhythm: NonNullable<ReturnType<typeof orderRhythm>>): CustomerRhythmView => {
  const { orders, repeatDays, firstAt, lastAt, lastOrderId } = rhythm
  return { orders, repeatDays, firstAt: iso(firstAt), lastAt: iso(lastAt), lastOrderId }
}

const visitView = (visit: Visit): CustomerView['visits'][number] => {
  const { startAt, endAt, events, entry, exit, channel, device } = visit
  return {
    ...{ startAt: iso(startAt), endAt: iso(endAt), events },
    ...(entry !== undefined && { entryPage: entry.value }),
    ...(exit !== undefined && { exitPage: exit.value }),
    channel: channel?.value ?? 'direct',
    ...(device !== undefined && { device: device.value }),
  }
}

const iso = (instant: number): string => new Date(instant).toISOString()
