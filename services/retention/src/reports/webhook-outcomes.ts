import type { Queries } from '@ebb/postgres/transaction'

/** What came of attempts to send a trigger to the webhook. */
export interface WebhookOutcome {
  /** `delivered`, or why not. */
  readonly outcome: string
  readonly count: number
}

/** Outcomes of the attempts since an instant (ms, wall clock), the most frequent first. */
export const webhookOutcomes = (queries: Queries, since: number): Promise<WebhookOutcome[]> =>
  queries.query<WebhookOutcome>(
    `SELECT outcome, count(*) AS count FROM webhooks
     WHERE outcome IS NOT NULL AND attempted_at_wall >= $1
     GROUP BY outcome ORDER BY count DESC, outcome`,
    [since],
  )
