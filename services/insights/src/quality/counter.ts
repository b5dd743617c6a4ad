import type { MeasureName } from '@ebb/contracts/quality-measures'

/** What faults are counted against. */
export type Total =
  | 'accepted'
  | 'storefront'
  | 'orders'
  | 'pages'
  | 'products'
  | 'placed'
  | 'amounts'
  | 'tracks'
  | 'priced'
  | 'pricedRefunds'
  | 'sent'
  | 'views'

/** A counter of a source and day: `accepted`, `noPage`, `lateness:60000`, `code:EBB_EVENT_TOO_OLD`. */
export type Counter =
  | Total
  | MeasureName
  | `lateness:${number}`
  | `skew:${number}`
  | `code:${string}`

/** What a counter belongs to: a source and a civil day of the shop, counted from 1970-01-01. */
interface CountedAt {
  readonly day: number
  readonly source: string
}

/** Counts as rows. */
export interface CountRow extends CountedAt {
  readonly counter: string
  readonly count: number
}

/** Counts of a batch, added up. */
interface Tally {
  add(at: CountedAt, counter: Counter, count?: number): void
  /** By day, source and counter: one row each. */
  rows(): CountRow[]
}

/** An empty one. */
export const newTally = (): Tally => {
  const places = new Map<string, CountedAt & { readonly counts: Map<string, number> }>()
  const countsAt = ({ day, source }: CountedAt): Map<string, number> => {
    const key = `${day} ${source}`
    const known = places.get(key)
    if (known !== undefined) return known.counts
    const counts = new Map<string, number>()
    places.set(key, { day, source, counts })
    return counts
  }
  return {
    add: (at, counter, count = 1) => {
      if (count === 0) return
      const counts = countsAt(at)
      counts.set(counter, (counts.get(counter) ?? 0) + count)
    },
    rows: () =>
      [...places.values()].flatMap(({ day, source, counts }) =>
        [...counts].map(([counter, count]) => ({ day, source, counter, count })),
      ),
  }
}
