import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { PurchaseHistory } from '../models/purchase-history.ts'

const FILE = new URL('../../../../../shared/data/online_retail.csv.gz', import.meta.url)

/** Invoice, …, quantity, day, unit price, customer, country: no comma follows the description. */
const CUSTOMER_LINE = /^([^,]*),.*,(-?[\d.]+),(\d{4}-\d\d-\d\d)T[^,]*,(-?[\d.]+),([\d.]+),[^,]*$/

/** Whether the file is there: it is read from outside the project and never copied. */
export const hasOnlineRetail = existsSync(FILE)

/** Days since the epoch with a clean order, ascending, by customer. For tests only. */
export function readOnlineRetail(): number[][] {
  const daysOf = new Map<string, Set<number>>()
  for (const line of gunzipSync(readFileSync(FILE)).toString('utf8').split('\n')) {
    const [, invoice, quantity, date, price, customer] = CUSTOMER_LINE.exec(line.trimEnd()) ?? []
    if (!invoice || invoice.startsWith('C') || Number(quantity) <= 0 || Number(price) <= 0) continue
    const days = daysOf.get(customer!) ?? new Set()
    daysOf.set(customer!, days.add(dayNumber(date!)))
  }
  return [...daysOf.values()].map((days) => [...days].sort((left, right) => left - right))
}

/** Histories as of a date, that day included, in weeks of seven days. */
export function historiesUntil(customers: readonly number[][], date: string): PurchaseHistory[] {
  const cut = dayNumber(date)
  return customers.flatMap((days) => {
    const seen = days.filter((day) => day <= cut)
    const first = seen[0]
    if (first === undefined) return []
    const recency = (seen.at(-1)! - first) / 7
    return [{ frequency: seen.length - 1, recency, age: (cut - first) / 7 }]
  })
}

/** Whether each customer of `historiesUntil` orders nothing in so many days after that date. */
export function quietAfter(customers: readonly number[][], date: string, days: number): boolean[] {
  const cut = dayNumber(date)
  return customers
    .filter(([first]) => first !== undefined && first <= cut)
    .map((ordered) => !ordered.some((day) => day > cut && day <= cut + days))
}

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000
}
