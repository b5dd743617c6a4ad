import type { HeldCount, HoldView } from '@ebb/contracts/dashboard-api'
import type { Queries } from '@ebb/postgres/transaction'
import { type Hold, holdOf } from '@ebb/risk/silence/holds'
import { holdsNow } from './partition-known.ts'

/** The hold of a customer whose last order came from `source`; `undefined` where they are not held. */
export const heldBy = (
  holds: readonly Hold[],
  source: string | null | undefined,
): HoldView | undefined => {
  const hold = holdOf({ holds }, source ?? undefined)
  return hold?.until === null ? viewOf(hold) : undefined
}

/** When what comes next is raised at the earliest, ms: behind the release of who was held. */
export const releasedAt = (
  holds: readonly Hold[],
  source: string | undefined,
): number | undefined => holdOf({ holds }, source)?.until ?? undefined

/** Sources that are silent now. */
export const silentSources = (holds: readonly Hold[]): string[] =>
  holds.filter(({ until }) => until === null).map(({ source }) => source)

/** `next_at` as holds put it off, in SQL; null for who is held. */
export interface NextInSql {
  readonly sql: string
  /** Of three parameters, from `first` on. */
  readonly parameters: readonly [readonly string[], readonly string[], readonly (number | null)[]]
}

/** @param first number of the first of the three parameters. */
export const nextInSql = (holds: readonly Hold[], first: number): NextInSql => {
  const waiting = holds.filter(({ until }) => until !== null)
  return {
    sql: `(CASE WHEN next_at IS NULL OR source = ANY($${first}::text[]) THEN NULL
      ELSE GREATEST(next_at, (SELECT wait.until
        FROM unnest($${first + 1}::text[], $${first + 2}::bigint[]) AS wait (source, until)
        WHERE wait.source = customers.source)) END)`,
    parameters: [
      silentSources(holds),
      waiting.map(({ source }) => source),
      waiting.map(({ until }) => until),
    ],
  }
}

/** Sources that are silent now, the one that most customers are held for first. */
export const countHeld = async (postgres: Queries): Promise<HeldCount[]> => {
  const silent = (await holdsNow(postgres)).filter(({ until }) => until === null)
  if (silent.length === 0) return []
  const rows = await postgres.query<{ source: string; count: number }>(
    `SELECT source, count(*) AS count FROM customers
     WHERE last_at IS NOT NULL AND source = ANY($1) GROUP BY source`,
    [silent.map(({ source }) => source)],
  )
  const counted = new Map(rows.map(({ source, count }) => [source, count]))
  return silent
    .map((hold) => ({ ...viewOf(hold), customers: counted.get(hold.source) ?? 0 }))
    .sort((a, b) => b.customers - a.customers)
}

const viewOf = ({ source, since }: Hold): HoldView => ({
  source,
  since: new Date(since).toISOString(),
})
