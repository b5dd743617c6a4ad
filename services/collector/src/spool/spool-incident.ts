import type { Logger } from '@ebb/runtime/logger'
import { TransientError } from '@ebb/streaming/faults'

/** Tells the log of the process about the times for which records go to the spool. */
export interface IncidentReport {
  /** Without a cause, records of an earlier process wait. */
  begin(cause?: Error): void
  /** So many more records are in the event log. */
  drained(records: number): void
  /** An attempt to drain failed. */
  setback(error: Error): void
  end(): void
}

const MINUTE_MS = 60_000

/**
 * Logs that an incident began, that it is over, and once what looks as if it would not pass by
 * itself: a line for each request would bury the log. Incidents in which nothing could be spooled
 * follow each other quickly; of these one a minute is told.
 */
export const incidentReport = (logger: Logger): IncidentReport => {
  let beganAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  let records = 0
  let fault: string | undefined
  return {
    begin: (cause) => {
      beganAt = performance.now()
      if (beganAt - toldAt < MINUTE_MS) return
      toldAt = beganAt
      if (cause === undefined) logger.info('records of an earlier process wait in the spool')
      else logger.warn({ err: cause }, 'the event log is away, records go to the spool')
    },
    drained: (more) => {
      records += more
    },
    setback: (err) => {
      if (err instanceof TransientError || err.message === fault) return
      fault = err.message
      logger.error({ err }, 'the spool cannot be drained')
    },
    end: () => {
      if (records === 0) return
      const seconds = Math.round((performance.now() - beganAt) / 1_000)
      logger.info({ records, seconds }, 'the spool is drained')
      toldAt = Number.NEGATIVE_INFINITY
      fault = undefined
      records = 0
    },
  }
}
