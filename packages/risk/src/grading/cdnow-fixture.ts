import { readFileSync } from 'node:fs'
import type { OrderValues } from '../models/gamma-gamma.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'

const FILE = new URL('../../../../examples/cdnow_sample.txt', import.meta.url)
const CALIBRATION_ENDS = dayNumber('19970930')

/** A customer of the CDNOW sample, purchases of one day merged. */
export interface CdnowCustomer {
  readonly id: string
  /** Days since the epoch with a purchase, ascending. */
  readonly days: readonly number[]
  /** As of 1997-09-30, in weeks of seven days. */
  readonly calibration: PurchaseHistory
  /** What the repeat purchase days of that time came to, in USD. */
  readonly values: OrderValues
  /** Purchase days after that date. */
  readonly holdout: number
}

/** The 2,357 customers of the public CDNOW sample. For tests only. */
export function readCdnow(): CdnowCustomer[] {
  const spentBy = new Map<string, Map<number, number>>()
  for (const line of readFileSync(FILE, 'utf8').trim().split('\n')) {
    const [, id, date, , amount] = line.trim().split(/\s+/)
    const spent = spentBy.get(id!) ?? new Map<number, number>()
    const day = dayNumber(date!)
    spentBy.set(id!, spent.set(day, (spent.get(day) ?? 0) + Number(amount)))
  }
  return [...spentBy].map(([id, spent]) => customerOf(id, spent))
}

function customerOf(id: string, spent: ReadonlyMap<number, number>): CdnowCustomer {
  const days = [...spent.keys()].sort((left, right) => left - right)
  const first = days[0]!
  const seen = days.filter((day) => day <= CALIBRATION_ENDS)
  const repeats = seen.slice(1)
  const total = repeats.reduce((sum, day) => sum + spent.get(day)!, 0)
  const calibration = {
    frequency: repeats.length,
    recency: (seen.at(-1)! - first) / 7,
    age: (CALIBRATION_ENDS - first) / 7,
  }
  const values = { orders: repeats.length, mean: total / Math.max(1, repeats.length) }
  return { id, days, calibration, values, holdout: days.length - seen.length }
}

function dayNumber(yyyymmdd: string): number {
  const [year, month, day] = [yyyymmdd.slice(0, 4), yyyymmdd.slice(4, 6), yyyymmdd.slice(6)]
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / 86_400_000
}
