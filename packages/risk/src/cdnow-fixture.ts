import { readFileSync } from 'node:fs'
import type { PurchaseHistory } from './beta-geometric.ts'

const FILE = new URL('../../../examples/cdnow_sample.txt', import.meta.url)
const CALIBRATION_ENDS = dayNumber('19970930')

/** A customer of the CDNOW sample, purchases of one day merged. */
export interface CdnowCustomer {
  readonly id: string
  /** Days since the epoch with a purchase, ascending. */
  readonly days: readonly number[]
  /** As of 1997-09-30, in weeks of seven days. */
  readonly calibration: PurchaseHistory
  /** Purchase days after that date. */
  readonly holdout: number
}

/** The 2,357 customers of the public CDNOW sample. For tests only. */
export function readCdnow(): CdnowCustomer[] {
  const daysOf = new Map<string, Set<number>>()
  for (const line of readFileSync(FILE, 'utf8').trim().split('\n')) {
    const [, id, date] = line.trim().split(/\s+/)
    const days = daysOf.get(id!) ?? new Set()
    daysOf.set(id!, days.add(dayNumber(date!)))
  }
  return [...daysOf].map(([id, days]) =>
    customerOf(
      id,
      [...days].sort((left, right) => left - right),
    ),
  )
}

function customerOf(id: string, days: number[]): CdnowCustomer {
  const first = days[0]!
  const seen = days.filter((day) => day <= CALIBRATION_ENDS)
  const calibration = {
    frequency: seen.length - 1,
    recency: (seen.at(-1)! - first) / 7,
    age: (CALIBRATION_ENDS - first) / 7,
  }
  return { id, days, calibration, holdout: days.length - seen.length }
}

function dayNumber(yyyymmdd: string): number {
  const [year, month, day] = [yyyymmdd.slice(0, 4), yyyymmdd.slice(4, 6), yyyymmdd.slice(6)]
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) / 86_400_000
}
