import { isValid, refundedMinor } from '@ebb/customer/order-fact'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { unpackFeaturesState } from '@ebb/features/features-state'
import type { ReadEngines } from '@ebb/streaming/engines'
import { scannedStates } from '../scanned-states.ts'
import type { EbbOrder } from './reconcile-orders.ts'

type Order = Parameters<typeof isValid>[0]

/** The orders of every customer that the feature service knows. */
export const readEbbOrders = async (
  { store }: Pick<ReadEngines, 'store'>,
  partitions: number,
): Promise<EbbOrder[]> => {
  const states = store(FEATURES_PROCESSOR)
  if (states === undefined) return []
  const ordersOf = (bytes: Uint8Array) => unpackFeaturesState(bytes).customer.orders.map(ebbOrder)
  const customers = await scannedStates(states, partitions, ordersOf)
  return customers.flatMap(([customerId, orders]) =>
    orders.map((order) => ({ customerId, ...order })),
  )
}

const ebbOrder = (order: Order): Omit<EbbOrder, 'customerId'> => ({
  orderId: order.id,
  standing: standingOf(order),
  ...(order.amount && { amountMinor: order.amount.value }),
  refundedMinor: refundedMinor(order),
  ...(order.placed && { placedAt: order.placed.at }),
})

const standingOf = (order: Order): EbbOrder['standing'] => {
  if (isValid(order)) return 'counts'
  return order.cancelled === undefined ? 'unplaced' : 'cancelled'
}
