import type { Postgres } from '@ebb/postgres/postgres-client'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { TransientError } from '@ebb/streaming/faults'
import { expireCoupons } from './ledger/coupons.ts'

/** What ends coupons whose time is over. */
export interface ExpirySettings {
  readonly postgres: Postgres
  readonly clock: ProcessClock
  readonly onHalt: (error: Error) => void
}

const LOOK_EVERY_MS = 1_000
/** Answers for an Idempotency-Key are kept for so long, on the wall clock. */
const ANSWERS_KEPT_MS = 30 * 86_400_000

// Two services that forget the same answers do not wait for each other.
const FORGET_ANSWERS = `DELETE FROM answers WHERE (key_id, idempotency_key) IN (
  SELECT key_id, idempotency_key FROM answers WHERE answered_at_wall < $1 FOR UPDATE SKIP LOCKED)`

/** Ends coupons whose time is over, and forgets old answers, again and again. */
export const expiry = ({ postgres, clock, onHalt }: ExpirySettings): { stop(): Promise<void> } => {
  let running: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const wallNow = wallClock.now()
    await postgres.transaction((tx) => expireCoupons(tx, { now: clock.now(), wallNow }))
    await postgres.query(FORGET_ANSWERS, [wallNow - ANSWERS_KEPT_MS])
  }
  const timer = setInterval(() => {
    // One at a time, however slow the database is.
    running ??= look()
      .catch((error: Error) => {
        if (!(error instanceof TransientError)) onHalt(error)
      })
      .finally(() => {
        running = undefined
      })
  }, LOOK_EVERY_MS)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
