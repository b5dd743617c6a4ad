import type { Shop } from '../commands/data-folder.ts'
import type { EbbOrder, Reconciliation, ShopOrder } from './reconcile-orders.ts'
import type { ShopFile } from './shop-orders.ts'

/** A comparison, and what it was made of. */
export interface Reconciled {
  /** Path of the file. */
  readonly path: string
  readonly shop: Shop
  readonly shopFile: ShopFile
  /** Records that the feature service has yet to read; absent where it never ran. */
  readonly recordsBehind: number | undefined
  readonly result: Reconciliation
}

const iso = (instant: number): string => new Date(instant).toISOString()

const dated = <T extends ShopOrder | EbbOrder>({ placedAt, ...order }: T) => ({
  ...order,
  ...(placedAt !== undefined && { placedAt: iso(placedAt) }),
})

/** All of it for programs: instants in ISO 8601, money in minor units. */
export const reconcileView = ({ path, shop, shopFile, recordsBehind, result }: Reconciled) => {
  const { refused, copies, otherStatuses, span } = shopFile
  return {
    ...{ file: path, currency: shop.currency },
    span: span === undefined ? null : { from: iso(span.from), until: iso(span.until) },
    recordsBehind: recordsBehind ?? null,
    ...{ copies, otherStatuses: Object.fromEntries(otherStatuses) },
    ...result,
    differences: result.differences.map((difference) => ({
      ...difference,
      ...(difference.shop && { shop: dated(difference.shop) }),
      ebb: difference.ebb.map(dated),
    })),
    refused,
  }
}
