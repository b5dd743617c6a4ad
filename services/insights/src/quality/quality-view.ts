import type { QualityDay } from '@ebb/contracts/dashboard-api'
import { QUALITY_MEASURES } from '@ebb/contracts/quality-measures'
import type { CountRow, Total } from './counter.ts'
import { countAbove, type Histogram, quantileOf, sizeOf } from './interval-histogram.ts'

type MeasuredFault = QualityDay['measures'][number]

/** What each fault is counted against. */
const OF: Readonly<Record<MeasuredFault['measure'], Total | 'received'>> = {
  refused: 'received',
  copies: 'accepted',
  anonymous: 'accepted',
  guestOrders: 'orders',
  noConsent: 'storefront',
  noPage: 'pages',
  noProduct: 'products',
  noOrderId: 'orders',
  noAmount: 'placed',
  noCurrency: 'amounts',
  unknownName: 'tracks',
  unknownRate: 'amounts',
  ahead: 'accepted',
  totalOff: 'priced',
  refundOver: 'pricedRefunds',
  impossible: 'accepted',
  late: 'accepted',
  skewed: 'sent',
  bots: 'views',
  fast: 'views',
}

/** Days of sources, made of their counts: the worst first, then the latest. */
export const qualityDays = (rows: readonly CountRow[]): QualityDay[] =>
  [...Map.groupBy(rows, ({ day, source }) => `${day} ${source}`).values()]
    .map(dayOfRows)
    .sort((a, b) => badness(b) - badness(a) || (a.day < b.day ? 1 : -1))

const DAY_MS = 86_400_000

/** A day since 1970-01-01 as text. */
export const civilDate = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** A civil date as days since 1970-01-01. */
export const civilDay = (date: string): number => Date.parse(`${date}T00:00Z`) / DAY_MS

const dayOfRows = (rows: readonly CountRow[]): QualityDay => {
  const { day, source } = rows[0]!
  const counts = new Map(rows.map(({ counter, count }) => [counter, count]))
  const lateness = histogramOf(counts, 'lateness:')
  const skew = histogramOf(counts, 'skew:')
  const accepted = counts.get('accepted') ?? 0
  const refused = counts.get('refused') ?? 0
  counts.set('received', accepted + refused)
  counts.set('late', countAbove(lateness, HOUR_MS))
  return {
    ...{ day: civilDate(day), source, accepted, refused },
    refusedBy: refusedBy(counts),
    ...(sizeOf(lateness) > 0 && { lateness: spreadOf(lateness) }),
    ...(sizeOf(skew) > 0 && { skew: spreadOf(skew) }),
    measures: measuresOf(counts),
  }
}

const HOUR_MS = 3_600_000

/** Fewer of them say nothing about a source. */
const FEWEST = 5

const measuresOf = (counts: ReadonlyMap<string, number>): MeasuredFault[] =>
  QUALITY_MEASURES.flatMap(({ measure, limit }) => {
    const total = counts.get(OF[measure]) ?? 0
    // What is told by different topics may be told at different times.
    const faulty = Math.min(counts.get(measure) ?? 0, total)
    if (total === 0) return []
    const excess = faulty / total / limit
    return [{ measure, faulty, of: total, isBad: excess > 1 && faulty >= FEWEST, excess }]
  })
    .sort((a, b) => Number(b.isBad) - Number(a.isBad) || b.excess - a.excess)
    .map(({ excess: _, ...fault }) => fault)

/** By how much the worst fault of a day is above its limit; nought where none is. */
const badness = ({ measures }: QualityDay): number => {
  const [worst] = measures
  return worst?.isBad ? worst.faulty / worst.of / LIMITS.get(worst.measure)! : 0
}

const LIMITS = new Map<string, number>(
  QUALITY_MEASURES.map(({ measure, limit }) => [measure, limit]),
)

const histogramOf = (counts: ReadonlyMap<string, number>, prefix: string): Histogram =>
  new Map(
    [...counts]
      .filter(([counter]) => counter.startsWith(prefix))
      .map(([counter, count]) => [Number(counter.slice(prefix.length)), count]),
  )

const spreadOf = (histogram: Histogram) => ({
  p50Ms: quantileOf(histogram, 0.5)!,
  p95Ms: quantileOf(histogram, 0.95)!,
})

const refusedBy = (counts: ReadonlyMap<string, number>): QualityDay['refusedBy'] =>
  [...counts]
    .filter(([counter]) => counter.startsWith('code:'))
    .map(([counter, count]) => ({ code: counter.slice('code:'.length), count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
