/** An event as a storefront sends it: the native form, without `sentAt`. */
export interface StorefrontEvent {
  readonly messageId: string
  readonly event: string
  readonly userId: string
  /** ISO 8601. */
  readonly timestamp: string
  readonly properties: {
    readonly order_id?: string
    readonly total?: string
    readonly [name: string]: unknown
  }
}

/** One event and what became of it at the collector. */
export interface LedgerEntry {
  readonly event: StorefrontEvent
  /** Requests that carried it. */
  sent: number
  /** Of these, how many were answered with 2xx and the verdict `accepted`. */
  acknowledged: number
}

/** What a customer is known for, counted from events that were sent. */
export interface CustomerCount {
  readonly orders: number
  /** Minor units. */
  readonly gross: number
  readonly productViews: number
}

/** Keeps each event that was sent, by its id, and whether it was ever acknowledged. */
export interface Ledger {
  sent(events: readonly StorefrontEvent[]): void
  acknowledged(events: readonly StorefrontEvent[]): void
  entries(): ReadonlyMap<string, LedgerEntry>
  /** Distinct events with at least one acknowledgement. */
  acknowledgedCount(): number
}

/** Begins empty. */
export const ledger = (): Ledger => {
  const entries = new Map<string, LedgerEntry>()
  let acknowledgedCount = 0
  return {
    sent: (events) => {
      for (const event of events) {
        const entry = entries.get(event.messageId)
        if (entry === undefined) entries.set(event.messageId, { event, sent: 1, acknowledged: 0 })
        else entry.sent += 1
      }
    },
    acknowledged: (events) => {
      for (const { messageId } of events) {
        const entry = entries.get(messageId)!
        if (entry.acknowledged === 0) acknowledgedCount += 1
        entry.acknowledged += 1
      }
    },
    entries: () => entries,
    acknowledgedCount: () => acknowledgedCount,
  }
}

const NOTHING: CustomerCount = { orders: 0, gross: 0, productViews: 0 }

/**
 * Adds up distinct events by customer key. Knows nothing of the fold: an id counts once, an order
 * counts with its total.
 */
export const countCustomers = (
  entries: Iterable<LedgerEntry>,
): ReadonlyMap<string, CustomerCount> => {
  const counts = new Map<string, CustomerCount>()
  for (const { event } of entries) {
    const key = `u:${event.userId}`
    counts.set(key, withEvent(counts.get(key) ?? NOTHING, event))
  }
  return counts
}

const withEvent = (
  { orders, gross, productViews }: CustomerCount,
  { event, properties }: StorefrontEvent,
): CustomerCount =>
  event === 'Order Completed'
    ? { orders: orders + 1, gross: gross + minorUnits(properties.total!), productViews }
    : { orders, gross, productViews: productViews + 1 }

const minorUnits = (total: string): number => Number(total.replace('.', ''))
