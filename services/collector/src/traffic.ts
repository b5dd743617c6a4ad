import { TRAFFIC } from '@ebb/contracts/topics'
import {
  COLLECTOR_KEY,
  collectorMinuteCodec,
  minuteOf,
  type TrafficRecord,
  trafficCodec,
} from '@ebb/contracts/traffic-record'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { Logger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { AbortedError, waitFor } from '@ebb/streaming/retry'
import { attributes } from './log-records.ts'

/** What became of the events of one request. */
interface Taken {
  readonly accepted?: number
  readonly refused?: number
  /** Of the accepted ones: put into the spool. */
  readonly spooled?: number
}

/** Tells the log what came from each source in each minute. */
export interface TrafficTeller {
  /** Counts in the minute that runs; never waits. */
  count(source: string, taken: Taken): void
  /**
   * Tells the minute that runs as well, and that this collector leaves; gives up after some seconds
   * where the log is away. Call when nothing is counted any more.
   */
  stop(): Promise<void>
}

/** What it works with. */
interface TrafficPorts {
  readonly log: Pick<EventLog, 'append'>
  readonly clock: ProcessClock
  readonly logger: Logger
  /** Waits between two attempts; given by tests. */
  readonly wait?: typeof waitFor
}

/** A minute is over when this is noticed: within so many ms of wall time. */
const LOOK_EVERY_MS = 1_000
/** A day: minutes that wait for the log; the oldest are given up. */
const MOST_WAITING = 1_440
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const PATIENCE_AT_END_MS = 3_000

/**
 * Counts by source and minute of the process clock. Each finished minute is appended by itself, and
 * in order; one in which the log is away waits in memory. A minute in which this process was held is
 * not told: nobody could have heard anything. Lost with a killed process is what was not appended
 * yet: the running minute, and those for which the log was away.
 */
export const tellTraffic = (
  { log, clock, logger, wait = waitFor }: TrafficPorts,
  collector: string,
): TrafficTeller => {
  const run = clock.now()
  const stopping = new AbortController()
  const waiting: NewRecord[][] = []
  let minute = minuteOf(run)
  let counts = new Map<string, Taken>()
  let sending: Promise<void> | undefined

  const finish = (leaves: boolean): void => {
    waiting.push(recordsOf(counts, { minute, collector, run, ...(leaves && { leaves: true }) }))
    if (waiting.length > MOST_WAITING) waiting.shift()
    counts = new Map()
    sending ??= send()
  }
  const send = async (): Promise<void> => {
    for (let attempt = 0; waiting.length > 0; ) {
      const [next] = waiting
      try {
        await log.append({ topic: TRAFFIC, partition: 0 }, next!)
        if (waiting[0] === next) waiting.shift()
        attempt = 0
      } catch (err) {
        if (attempt === 0) logger.warn({ err }, 'the traffic of a minute waits for the log')
        const waitMs = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
        attempt += 1
        await wait(waitMs, stopping.signal)
        if (stopping.signal.aborted) throw new AbortedError()
      }
    }
    // At once: a minute that ends in between would find a sending that sends no more.
    sending = undefined
  }
  /** Ends the minute that ran, if the clock has gone on. */
  const look = (): void => {
    const now = minuteOf(clock.now())
    if (now <= minute) return
    finish(false)
    minute = now
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    count: (source, taken) => {
      look()
      counts.set(source, sumOf(counts.get(source) ?? {}, taken))
    },
    stop: async () => {
      clearInterval(timer)
      look()
      finish(true)
      const told = sending?.catch(untold(logger))
      const tooLong = setTimeout(() => stopping.abort(), PATIENCE_AT_END_MS)
      await Promise.race([told, aborted(stopping.signal)])
      clearTimeout(tooLong)
    },
  }
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))

/** The log is away: what waits is lost, and nobody was promised it. */
const untold =
  (logger: Logger) =>
  (error: unknown): void => {
    if (!(error instanceof AbortedError)) throw error
    logger.warn('the log is away; the traffic of the last minutes is not told')
  }

const sumOf = (before: Taken, more: Taken): Taken => ({
  accepted: (before.accepted ?? 0) + (more.accepted ?? 0),
  refused: (before.refused ?? 0) + (more.refused ?? 0),
  spooled: (before.spooled ?? 0) + (more.spooled ?? 0),
})

type Minute = Pick<TrafficRecord, 'minute' | 'collector' | 'run'> & { readonly leaves?: true }

/** Those of the sources, and behind them the one that says that this was all. */
const recordsOf = (counts: ReadonlyMap<string, Taken>, of: Minute): NewRecord[] => {
  const { leaves: _leaves, ...counted } = of
  const place = `${of.collector}@${of.run}:${of.minute}`
  const sources = [...counts].map(([source, { accepted = 0, refused = 0, spooled = 0 }]) => {
    const record: TrafficRecord = {
      ...{ source, ...counted },
      ...(accepted > 0 && { accepted }),
      ...(refused > 0 && { refused }),
      ...(spooled > 0 && { spooled }),
    }
    const headers = attributes(TRAFFIC, { source, id: `traffic:${place}:${source}` })
    return { key: source, value: trafficCodec.encode(record), headers }
  })
  const headers = attributes(TRAFFIC, { source: of.collector, id: `minute:${place}` })
  return [...sources, { key: COLLECTOR_KEY, value: collectorMinuteCodec.encode(of), headers }]
}
