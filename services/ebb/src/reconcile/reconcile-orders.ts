/** One order of the shop's own file. Money in minor units, instants in ms. */
export interface ShopOrder {
  /** Row of the file, counted from 1, the header not counted. */
  readonly row: number
  readonly orderId: string
  readonly isCancelled: boolean
  readonly amountMinor: number
  /** Paid back; absent where the file does not say. */
  readonly refundedMinor?: number
  /** Absent where the file has no column of it, like `customer`. */
  readonly placedAt?: number
  readonly customer?: string
}

/** One order as one customer of Ebb's has it. Money in minor units, instants in ms. */
export interface EbbOrder {
  readonly orderId: string
  readonly customerId: string
  /** `unplaced`: only changes or refunds of it were heard. Only what `counts` is in the totals. */
  readonly standing: 'counts' | 'cancelled' | 'unplaced'
  /** Absent where it was never heard. */
  readonly amountMinor?: number
  readonly refundedMinor: number
  readonly placedAt?: number
}

/** First and last instant, ms, both within. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** The shop's side. */
export interface ShopOrders {
  /** Each order id once. */
  readonly orders: readonly ShopOrder[]
  /** Orders of which the file has a row that cannot be used, and no other. */
  readonly unusableIds: ReadonlySet<string>
  /** Absent where the file has no instants. */
  readonly span?: Span
}

/** In what the two sides differ; of several the first. */
export const DIFFERENCES = [
  'known_twice',
  'missing_in_ebb',
  'not_in_file',
  'cancelled_on_one_side',
  'amount',
  'refund',
] as const
export type DifferenceKind = (typeof DIFFERENCES)[number]

/** An order on both sides. */
export interface PairedOrder {
  readonly orderId: string
  readonly shop?: ShopOrder
  /** What each customer has of it. */
  readonly ebb: readonly EbbOrder[]
}

/** An order on which the two sides do not agree. */
export interface Difference extends PairedOrder {
  readonly kind: DifferenceKind
}

/** Sums of one side; cancelled orders are in `cancelled` alone. */
export interface SideTotals {
  readonly orders: number
  readonly grossMinor: number
  readonly refundedMinor: number
  readonly cancelled: number
}

/** What a comparison comes to. */
export interface Reconciliation {
  readonly shop: SideTotals
  /** Of the orders of the file, and of those placed within its span. */
  readonly ebb: SideTotals
  /** Orders of the file that count on either side. */
  readonly compared: number
  /** Those on which both sides say the same. */
  readonly agreed: number
  /** Share of them in per cent, cut to two decimals: 100 only where all agree. Null of nothing. */
  readonly accuracyPercent: number | null
  /** The same of the shop's gross revenue. */
  readonly revenuePercent: number | null
  /** In the order of the file; behind it what the file does not have, by instant. */
  readonly differences: readonly Difference[]
}

/**
 * Compares the orders of the shop with those of Ebb. An order that counts on neither side agrees,
 * also where one side never heard of it.
 */
export const reconcileOrders = (
  { orders, unusableIds, span }: ShopOrders,
  known: readonly EbbOrder[],
): Reconciliation => {
  const ebbById = Map.groupBy(known, ({ orderId }) => orderId)
  const fileIds = new Set(orders.map(({ orderId }) => orderId))
  const ofFile = orders.map((shop): PairedOrder => {
    const { orderId } = shop
    return { orderId, shop, ebb: ebbById.get(orderId) ?? [] }
  })
  const beside = [...ebbById]
    .filter(([id, ebb]) => !fileIds.has(id) && !unusableIds.has(id) && isWithin(span, ebb))
    .map(([orderId, ebb]): PairedOrder => ({ orderId, ebb }))
    .sort((a, b) => placedAt(a) - placedAt(b) || (a.orderId < b.orderId ? -1 : 1))
  const all = [...ofFile, ...beside]
  const compared = ofFile.filter(({ shop, ebb }) => !shop!.isCancelled || ebb.some(counts))
  const agreed = compared.filter((order) => kindOf(order) === undefined)
  const shop = shopTotals(orders)
  const agreedMinor = shopTotals(agreed.map(({ shop }) => shop!)).grossMinor
  return {
    shop,
    ebb: ebbTotals(all.flatMap(({ ebb }) => ebb)),
    compared: compared.length,
    agreed: agreed.length,
    accuracyPercent: percent(agreed.length, compared.length),
    revenuePercent: percent(agreedMinor, shop.grossMinor),
    differences: all.flatMap((order) => {
      const kind = kindOf(order)
      return kind === undefined ? [] : [{ kind, ...order }]
    }),
  }
}

const counts = ({ standing }: EbbOrder): boolean => standing === 'counts'

const placedAt = ({ ebb }: Pick<PairedOrder, 'ebb'>): number =>
  Math.min(...ebb.map(({ placedAt = Number.POSITIVE_INFINITY }) => placedAt))

const isWithin = (span: Span | undefined, ebb: readonly EbbOrder[]): boolean =>
  span === undefined ||
  ebb.some(({ placedAt = -1 }) => placedAt >= span.from && placedAt <= span.until)

const kindOf = ({ shop, ebb }: PairedOrder): DifferenceKind | undefined => {
  const counting = ebb.find(counts)
  if (counting === undefined) {
    if (shop === undefined || shop.isCancelled) return undefined
    const isCancelled = ebb.some(({ standing }) => standing === 'cancelled')
    return isCancelled ? 'cancelled_on_one_side' : 'missing_in_ebb'
  }
  if (ebb.length > 1) return 'known_twice'
  if (shop === undefined) return 'not_in_file'
  if (shop.isCancelled) return 'cancelled_on_one_side'
  if (shop.amountMinor !== counting.amountMinor) return 'amount'
  const { refundedMinor = counting.refundedMinor } = shop
  return refundedMinor === counting.refundedMinor ? undefined : 'refund'
}

const shopTotals = (orders: readonly ShopOrder[]): SideTotals => {
  const counting = orders.filter(({ isCancelled }) => !isCancelled)
  return totals(counting, orders.length - counting.length)
}

const ebbTotals = (orders: readonly EbbOrder[]): SideTotals =>
  totals(orders.filter(counts), orders.filter(({ standing }) => standing === 'cancelled').length)

type Money = Partial<Pick<EbbOrder, 'amountMinor' | 'refundedMinor'>>

const totals = (counting: readonly Money[], cancelled: number): SideTotals => ({
  orders: counting.length,
  grossMinor: counting.reduce((sum, { amountMinor = 0 }) => sum + amountMinor, 0),
  refundedMinor: counting.reduce((sum, { refundedMinor = 0 }) => sum + refundedMinor, 0),
  cancelled,
})

/** Exact, and never rounded up to 100. */
const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number((BigInt(part) * 10_000n) / BigInt(whole)) / 100
