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
  /** An attempt failed; another one follows. New records need not wait any more. */
  readonly onSetback: (error: Error) => void
  /** New records are to wait for a moment, in which the last ones are drained. */
  readonly holdBack: () => void
}

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1_000
/** So few are drained within a moment. */
const FEW_RECORDS = 5_000

/**
 * Moves what waits in the spool to the log: in each partition in the order in which it came, with
 * one append under way, partitions side by side. Resolves when the topics are known and nothing
 * waits. Repeats whatever fails: what is acknowledged to a sender is never given up. Throws
 * `AbortedError` when the signal aborts.
 */
export const drainSpool = async (settings: DrainSettings): Promise<void> => {
  const { spool, topics, signal, holdBack } = settings
  const persist = persistently(settings)
  await persist(topics.learn)
  let batches = 0
  while (spool.waiting() > 0 && (await drainNext(settings, persist))) batches += 1
  if (batches > 0) return
  // Its disk fails, too. A request shows whether the log is back, but not every request is to.
  await waitFor(LONGEST_WAIT_MS, signal)
  holdBack()
  while (spool.waiting() > 0) await drainNext(settings, persist)
}

type Persist = <T>(call: () => Promise<T>) => Promise<T>

/** Repeats a call until it succeeds. */
const persistently =
  ({ signal, onSetback }: DrainSettings): Persist =>
  async (call) => {
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

/** Resolves to whether there was something to drain. */
const drainNext = async (settings: DrainSettings, persist: Persist): Promise<boolean> => {
  const { log, spool, topics, signal, onProgress, holdBack } = settings
  const spooled = await persist(spool.next)
  if (spooled.length === 0) return false
  let unsent = await persist(() => topics.byTopicAndPartition(spooled))
  await persist(async () => {
    const appends = unsent.map(({ to, records }) => log.append(to, records))
    const outcomes = await Promise.allSettled(appends)
    unsent = unsent.filter((_, i) => outcomes[i]?.status === 'rejected')
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  })
  // Another process may have the folder by now.
  if (signal.aborted) throw new AbortedError()
  await persist(spool.remove)
  onProgress(spooled.length)
  if (spool.waiting() <= FEW_RECORDS) holdBack()
  return true
}
