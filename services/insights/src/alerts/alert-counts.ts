import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { Queries } from '@ebb/postgres/transaction'

/** How many alerts of a kind were raised at a tier. */
export interface AlertCount extends Pick<AlertRecord, 'kind' | 'tier'> {
  readonly count: number
}

/** Alerts raised since an instant (ms, process clock), the most frequent first. */
export const alertCounts = (queries: Queries, since: number): Promise<AlertCount[]> =>
  queries.query<AlertCount>(
    `SELECT kind, tier, count(*) AS count FROM alerts WHERE raised_at >= $1
     GROUP BY kind, tier ORDER BY count DESC, kind, tier`,
    [since],
  )
