import type { TransientError } from '@ebb/streaming/faults'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import { type BatchSettings, relayBatch } from './outbox-batch.ts'
import type { Transaction } from './transaction.ts'

/** A record that is to be appended to the log once the transaction it was decided in has committed. */
export interface OutboxRecord {
  readonly topic: string
  /** Partition key. */
  readonly key: string
  /** Header `ce_id`: the same for every copy. Once in a topic's outbox. */
  readonly id: string
  readonly value: Uint8Array
  /** Ms since the epoch; held back until then. */
  readonly notBefore?: number
  /** Ms since the epoch; from then on it is dropped instead of published. */
  readonly expiresAt?: number
  /** Header of the same name: the step of a trace that led to it. */
  readonly traceparent?: string
}

/**
 * Adds records in the order given. They are published if and only if the transaction commits. What
 * still waits there under the same topic and id stays as it is.
 */
export const addToOutbox = async (
  tx: Transaction,
  records: readonly OutboxRecord[],
): Promise<void> => {
  if (records.length === 0) return
  await tx.query(
    `INSERT INTO outbox (topic, key, id, value, not_before, expires_at, traceparent)
     SELECT topic, key, id, value, not_before, expires_at, traceparent
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::bigint[],
         $7::text[])
       WITH ORDINALITY AS added (topic, key, id, value, not_before, expires_at, traceparent, place)
     ORDER BY place
     ON CONFLICT DO NOTHING`,
    [
      records.map(({ topic }) => topic),
      records.map(({ key }) => key),
      records.map(({ id }) => id),
      records.map(({ value }) => value),
      records.map(({ notBefore = 0 }) => notBefore),
      records.map(({ expiresAt = null }) => expiresAt),
      records.map(({ traceparent = null }) => traceparent),
    ],
  )
}

/**
 * Takes records back. Resolves to the ids that were still there: those will not be published if the
 * transaction commits. What is being published at this moment is waited for.
 */
export const removeFromOutbox = async (
  tx: Transaction,
  ids: readonly string[],
): Promise<string[]> => {
  // Locked in the order in which the relay locks, or the two could wait for each other.
  const removed = await tx.query<{ id: string }>(
    `WITH found AS (
       SELECT position FROM outbox WHERE id = ANY ($1::text[]) ORDER BY position FOR UPDATE
     )
     DELETE FROM outbox USING found WHERE outbox.position = found.position RETURNING id`,
    [ids],
  )
  return [...new Set(removed.map(({ id }) => id))]
}

/** What moves the records of an outbox to the log, and who hears of faults. */
export interface RelaySettings extends BatchSettings {
  /** The process must end: a fault that will not pass. Nothing moves any more. */
  readonly onHalt: (error: Error) => void
  /** A fault that may pass; everything waits until it does. */
  readonly onRetry: (error: TransientError, attempt: number) => void
}

/** A relay that runs. */
export interface OutboxRelay {
  /** Resolves when the batch that is under way has ended. Idempotent. */
  stop(): Promise<void>
  /** Looks at once: something was committed. */
  wake(): void
}

const LOOK_EVERY_MS = 250

/**
 * Publishes what stands in the outbox, in the order in which it was added, at least once: copies have
 * the same `ce_id`. The records of a key keep their order, but for those that `notBefore` holds back.
 * Any number of processes may run one; one at a time is at work.
 */
export const relayOutbox = (settings: RelaySettings): OutboxRelay => {
  const stopping = new AbortController()
  const { signal } = stopping
  let woken = Promise.withResolvers<void>()
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      woken = Promise.withResolvers<void>()
      const retrying = { signal, wait: waitFor, onRetry: settings.onRetry }
      const isMore = await retryTransient(() => relayBatch(settings), retrying)
      if (!isMore && !signal.aborted) await pause(woken.promise)
    }
  }
  const working = work().catch((error: Error) => {
    if (!(error instanceof AbortedError)) settings.onHalt(error)
  })
  return {
    stop: () => {
      stopping.abort()
      woken.resolve()
      return working
    },
    wake: () => woken.resolve(),
  }
}

const pause = async (woken: Promise<void>): Promise<void> => {
  const enough = new AbortController()
  await Promise.race([woken, waitFor(LOOK_EVERY_MS, enough.signal)])
  enough.abort()
}
