import { createHash } from 'node:crypto'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import { CodedError } from '@ebb/runtime/coded-error'
import { TransientError } from '@ebb/streaming/faults'
import { DESK_LIMITS } from '../coupon-desk/coupon-desk.ts'

/** An answer that is given again to the same request. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A request that may be sent again. */
export interface RepeatableRequest {
  /** Id of the access key: keys of two shops' systems never meet. */
  readonly keyId: string
  readonly idempotencyKey: string
  /** All that decides on the answer. */
  readonly asked: unknown
  readonly wallNow: number
}

/**
 * Does `work` once for an idempotency key, in one transaction with its answer; a request that comes
 * again, also at the same time, gets that answer. What did nothing (a status of 4xx) is not kept: the
 * same request may do something later. Throws `EBB_IDEMPOTENCY_MISMATCH` (422) where the key was used
 * for something else.
 */
export const answerOnce = (
  postgres: Postgres,
  request: RepeatableRequest,
  work: (tx: Transaction) => Promise<Answer>,
): Promise<Answer> =>
  postgres.transaction(async (tx) => {
    const { keyId, idempotencyKey, wallNow } = request
    const sha256 = createHash('sha256').update(JSON.stringify(request.asked)).digest('hex')
    // Whoever inserts first works; the other waits here until that is committed.
    const claimed = await tx.query(
      `INSERT INTO answers (key_id, idempotency_key, request_sha256, answered_at_wall, status, body)
       VALUES ($1, $2, $3, $4, 0, 'null') ON CONFLICT DO NOTHING RETURNING key_id`,
      [keyId, idempotencyKey, sha256, wallNow],
    )
    if (claimed.length === 0) return earlierAnswer(tx, request, sha256)
    const answer = await work(tx)
    const ours = [keyId, idempotencyKey]
    if (answer.status >= LEAST_REFUSAL)
      await tx.query('DELETE FROM answers WHERE key_id = $1 AND idempotency_key = $2', ours)
    else
      await tx.query(
        'UPDATE answers SET status = $3, body = $4 WHERE key_id = $1 AND idempotency_key = $2',
        [...ours, answer.status, JSON.stringify(answer.body)],
      )
    return answer
  }, DESK_LIMITS)

const LEAST_REFUSAL = 400

/** Forgets the answer that made a redemption: it was taken back, and may be made anew. */
export const forgetRedemption = async (tx: Transaction, redemptionId: string): Promise<void> => {
  await tx.query(`DELETE FROM answers WHERE body ->> 'redemptionId' = $1`, [redemptionId])
}

const earlierAnswer = async (
  tx: Transaction,
  { keyId, idempotencyKey }: RepeatableRequest,
  sha256: string,
): Promise<Answer> => {
  const [earlier] = await tx.query<Answer & { readonly sha256: string }>(
    `SELECT request_sha256 AS sha256, status, body FROM answers
     WHERE key_id = $1 AND idempotency_key = $2`,
    [keyId, idempotencyKey],
  )
  if (earlier === undefined)
    throw new TransientError('EBB_POSTGRES_BUSY', 'the earlier answer was taken back meanwhile')
  if (earlier.sha256 === sha256) return { status: earlier.status, body: earlier.body }
  const what = 'This Idempotency-Key was used for another request'
  const fix = 'Send a new key with every new request, and the same one only to repeat it'
  throw new CodedError(
    'EBB_IDEMPOTENCY_MISMATCH',
    { what, where: 'Idempotency-Key header', fix },
    { status: 422 },
  )
}
