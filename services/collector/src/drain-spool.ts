import type { EventLog } from '@ebb/streaming/event-log'
import { AbortedError, waitFor } from '@ebb/streaming/retry'
import type { KnownTopics } from './known-topics.ts'
import type { Spool } from './spool.ts'

/** What draining stands on, and who hears how it goes. */
export interface DrainSettings {
  readonly log: EventLog
  readonly spool: Spool
  readonly topics: KnownTopics
  readonly signal: AbortSignal
  /** So many more records are in the log, and no longer in the spool. */
  readonly onProgress: (records: number) => void
  /** An attempt failed; another one follows. */
  readonly onSetback: (error: Error) => void
}

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1_000

/**
 * Moves what waits in the spool to the log: in each partition in the order in which it came, with
 * one append under way, partitions side by side. Resolves when the topics are known and nothing
 * waits. Repeats whatever fails: what is acknowledged to a sender is never given up. Throws
 * `AbortedError` when the signal aborts.
 */
export const drainSpool = async (settings: DrainSettings): Promise<void> => {
  const { log, spool, topics, signal, onProgress, onSetback } = settings
  const persist = async <T>(call: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) throw new AbortedError()
      try {
        return await call()
      } catch (error) {
        onSetback(error as Error)
        await waitFor(Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS), signal)
      }
    }
  }
  await persist(topics.learn)
  let hasSent = false
  while (spool.waiting() > 0) {
    const records = await persist(spool.next)
    if (records.length === 0) continue
    let unsent = await persist(() => topics.placeAll(records))
    await persist(async () => {
      const outcomes = await Promise.allSettled(
        unsent.map(({ to, records }) => log.append(to, records)),
      )
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      unsent = unsent.filter((_, i) => outcomes[i]?.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    })
    if (signal.aborted) throw new AbortedError()
    await persist(spool.remove)
    onProgress(records.length)
    hasSent = true
  }
  // Its disk fails, too: a request shows whether the log is back, but not every request is to.
  if (!hasSent) await waitFor(LONGEST_WAIT_MS, signal)
}
