import { setImmediate } from 'node:timers/promises'
import { minorUnitExponent } from '@ebb/contracts/currency'
import type { CustomerState } from '@ebb/customer/customer-state'
import { keptCustomer } from '@ebb/customer/kept-customer'
import { type KnownPurchases, knownPurchases, orderedWithin } from '@ebb/customer/known-purchases'
import { type VisitRhythm, visitRhythm } from '@ebb/customer/visit-rhythm'
import { historyAt } from '@ebb/risk/models/order-rhythm'
import type { VisitDays } from '@ebb/risk/models/visit-rhythm'
import { type TrainingRow, trainingRows } from '@ebb/risk/training/training-row'
import type { PartitionStore } from '@ebb/streaming/partition-store'

/** Between which instants (ms) is held out, and how the shop counts. */
export interface TrainingSpan {
  readonly cut: number
  readonly now: number
  readonly timeZone: string
  readonly currency: string
}

/** The states of the feature service. */
export interface CustomerStates {
  readonly store: Pick<PartitionStore, 'scan'>
  readonly partitions: number
}

const DAY_MS = 86_400_000

/** Other work of this process, such as heartbeats, has its turn behind so many customers. */
const CUSTOMERS_A_TURN = 200

/**
 * Every customer with an order as eleven numbers; no state is kept. A store whose scan gives a key
 * twice counts that customer twice, which no model notices. Throws what `signal` was aborted with.
 */
export const readCustomerRows = async (
  { store, partitions }: CustomerStates,
  span: TrainingSpan,
  signal: AbortSignal,
): Promise<Float64Array<ArrayBuffer>> => {
  const rows = trainingRows()
  let read = 0
  for (let partition = 0; partition < partitions; partition += 1)
    for await (const [, bytes] of store.scan(partition)) {
      const row = trainingRowOf(keptCustomer(bytes), span)
      if (row !== undefined) rows.add(row)
      read += 1
      if (read % CUSTOMERS_A_TURN === 0) await setImmediate()
      signal.throwIfAborted()
    }
  return rows.block()
}

/** `undefined` of who never ordered. */
const trainingRowOf = (
  customer: CustomerState,
  { cut, now, timeZone, currency }: TrainingSpan,
): TrainingRow | undefined => {
  const known = knownPurchases(customer, now, timeZone)
  if (known === undefined) return undefined
  const then = knownPurchases(customer, cut, timeZone)
  const visits = visitRhythm(customer, timeZone)
  return {
    ...(then && { atCut: historyAt(then, cut) }),
    isQuiet: !orderedWithin(customer, cut, now),
    now: historyAt(known, now),
    value: spentOf(known, currency),
    ...(visits && { visits: visitDaysOf(visits, now) }),
  }
}

/** The clock may be behind a visit by a little. */
const visitDaysOf = ({ repeatDays, firstAt }: VisitRhythm, now: number): VisitDays => ({
  activeDays: repeatDays,
  observedDays: Math.max(0, now - firstAt) / DAY_MS,
})

const spentOf = ({ valuedDays, valuedMinor }: KnownPurchases, currency: string) => ({
  orders: valuedDays,
  mean: valuedDays === 0 ? 0 : valuedMinor / valuedDays / 10 ** minorUnitExponent(currency),
})
