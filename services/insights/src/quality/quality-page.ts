import type { QualityPage } from '@ebb/contracts/dashboard-api'
import type { Queries } from '@ebb/postgres/transaction'
import { readCounts, readSources } from './quality-rows.ts'
import { civilDate, civilDay, qualityDays } from './quality-view.ts'

/** Which days, both ends among them, and of which source. */
export interface QualityWish {
  /** `2026-06-01`; six days before `to` unless given. */
  readonly from?: string
  /** Today unless given. */
  readonly to?: string
  readonly source?: string
}

const DAYS_SHOWN = 7

/** The quality of what came. `today`: civil day of the shop, counted from 1970-01-01. */
export const readQuality = async (
  queries: Queries,
  { from, to, source }: QualityWish,
  today: number,
): Promise<QualityPage> => {
  const last = to === undefined ? today : civilDay(to)
  const first = from === undefined ? last - DAYS_SHOWN + 1 : civilDay(from)
  const span = { from: first, to: last }
  const [rows, sources] = await Promise.all([
    readCounts(queries, { ...span, ...(source !== undefined && { source }) }),
    readSources(queries, span),
  ])
  return { from: civilDate(first), to: civilDate(last), days: qualityDays(rows), sources }
}
