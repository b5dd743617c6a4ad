import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { CustomerEvent } from '@ebb/customer/customer-event'

/** What the fold reads of a canonical event; amounts are those in the base currency. */
export const customerEventOf = (event: CanonicalEvent): CustomerEvent => {
  const { id, type, name, customer, sourceRank, occurredAt, order, rating, consent } = event
  return {
    id,
    type,
    name,
    // The schema has optional fields that are never present and undefined: JSON knows none.
    customer: customer as CustomerEvent['customer'],
    sourceRank,
    occurredAt,
    ...(order !== undefined && { order: orderOf(order) }),
    ...(rating !== undefined && { rating }),
    ...(consent !== undefined && { consent: consent as NonNullable<CustomerEvent['consent']> }),
  }
}

const orderOf = ({ id, refundId, baseMinor }: NonNullable<CanonicalEvent['order']>) => ({
  ...(id !== undefined && { id }),
  ...(refundId !== undefined && { refundId }),
  ...(baseMinor !== undefined && { amountMinor: baseMinor }),
})
