import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import type { RecordsForPartition } from '../log-records.ts'

/** Where records were made durable. */
type WhereDurable = 'log' | 'spool'

/** An append that the log has not acknowledged, and whose caller waits. */
export interface OpenAppend extends RecordsForPartition {
  /** The caller hears what becomes of `durable`, and no more of the log. */
  settle(durable: Promise<WhereDurable>): void
}

/** Appends to the log that can be taken over by somebody else. */
export interface DirectAppends {
  /**
   * Resolves when the records are durable in the log, or where they were taken to. Throws what the
   * log throws, but for `TransientError`.
   */
  append(records: RecordsForPartition): Promise<WhereDurable>
  /** Gives up on all that are open, in the order of their calls. They may still get into the log. */
  takeOver(): readonly OpenAppend[]
}

/** When the log counts as away, and who then takes over. */
export interface DirectAppendsSettings {
  readonly log: EventLog
  /** An append that is open for longer is not waited for. */
  readonly patienceMs: number
  /** An append failed for now, or takes too long. To call `takeOver` at once. */
  readonly onAway: (error: TransientError) => void
}

interface WatchedAppend extends OpenAppend {
  readonly since: number
}

/** Appends straight to the log, for as long as it answers. */
export const directAppends = ({
  log,
  patienceMs,
  onAway,
}: DirectAppendsSettings): DirectAppends => {
  const open = new Set<WatchedAppend>()
  let timer: NodeJS.Timeout | undefined
  const watch = () => {
    timer = undefined
    const [oldest] = open
    if (oldest === undefined) return
    const leftMs = oldest.since + patienceMs - performance.now()
    if (leftMs > 0) timer = setTimeout(watch, leftMs)
    else onAway(noAnswer(patienceMs))
  }
  return {
    append: ({ to, records }) => {
      const { promise, resolve, reject } = Promise.withResolvers<WhereDurable>()
      const waiting = { to, records, since: performance.now(), settle: resolve }
      open.add(waiting)
      timer ??= setTimeout(watch, patienceMs)
      log.append(to, records).then(
        () => {
          open.delete(waiting)
          resolve('log')
        },
        (error: Error) => {
          if (!open.has(waiting)) return
          if (error instanceof TransientError) return onAway(error)
          open.delete(waiting)
          reject(error)
        },
      )
      return promise
    },
    takeOver: () => {
      clearTimeout(timer)
      timer = undefined
      const all = [...open]
      open.clear()
      return all
    },
  }
}

/** The log is silent. */
export const noAnswer = (patienceMs: number): TransientError =>
  new TransientError('EBB_LOG_AWAY', `the event log did not answer within ${patienceMs} ms`)
