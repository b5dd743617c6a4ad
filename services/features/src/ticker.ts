import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, TopicPartition } from '@ebb/streaming/event-log'
import { atOffset, messagingStep } from '@ebb/streaming/messaging-step'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import { NO_TRACER, TRACE_HEADER, type Tracer } from '@ebb/streaming/tracing'

/** What a ticker works with. */
export interface TickerSettings {
  readonly log: EventLog
  /** The process clock: what ticks say. */
  readonly now: () => number
  /** Wall time between two ticks of a partition, if each comes back within it; at first less. */
  readonly intervalMs: number
  readonly onFault: (error: Error) => void
  /** Ticks that are sampled begin a trace. */
  readonly tracer?: Tracer
}

/** Appends ticks to the partitions that this process owns. */
export interface Ticker {
  /** To be given to the processor: it says what is owned and which ticks came back. */
  readonly observer: ProcessorObserver
  /** Appends no more. */
  stop(): void
}

interface Owned {
  /** Offset of the tick that has not come back; it is known only once the log has taken it. */
  outstanding: number | undefined
  committed: number
  /** The partition's clock. */
  clock: number
  timer: NodeJS.Timeout | undefined
}

const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2

/**
 * How long a partition waits for its next tick, in ms: until the next of the instants that lie its
 * phase behind the multiples of the interval. So what falls due at ticks does not come all at once,
 * also after all partitions stood still together. Multiples of the golden ratio lie apart from each
 * other, whichever and however many of the partitions a process owns.
 */
export const untilNextTick = (partition: number, nowMs: number, intervalMs: number): number => {
  if (intervalMs === 0) return 0
  const phase = (partition * GOLDEN_RATIO) % 1
  return intervalMs - ((nowMs + (1 - phase) * intervalMs) % intervalMs)
}

/**
 * One tick outstanding a partition: one that lags gets no pile of ticks, and one that nobody owns
 * stands still. The first comes at once, the others at the partition's own instants.
 */
export const ticker = ({
  log,
  now,
  intervalMs,
  onFault,
  tracer = NO_TRACER,
}: TickerSettings): Ticker => {
  const owned = new Map<number, Owned>()
  let isStopped = false

  const append = async (to: TopicPartition, at: number): Promise<number> => {
    const step = tracer.begin(messagingStep('send', { log, ...to }))
    const headers = step && { headers: { [TRACE_HEADER]: step.traceparent } }
    try {
      const offset = await log.append(to, [{ ...tickRecord(at), ...headers }])
      step?.end(undefined, atOffset(offset))
      return offset
    } catch (error) {
      step?.end(error as Error)
      throw error
    }
  }
  const tick = async (partition: number, mine: Owned): Promise<void> => {
    mine.timer = undefined
    try {
      const at = now()
      if (at < mine.clock) throw clockBehind(mine.clock - at)
      const offset = await append({ topic: EVENTS, partition }, at)
      if (owned.get(partition) !== mine) return
      mine.outstanding = offset
      cameBack(partition, mine)
    } catch (error) {
      onFault(error as Error)
      if (owned.get(partition) === mine) scheduleNext(partition, mine)
    }
  }
  const scheduleNext = (partition: number, mine: Owned): void => {
    // Timers may come a millisecond early, and this one must not come twice for one instant.
    const waitMs = Math.ceil(untilNextTick(partition, performance.now(), intervalMs)) + 1
    mine.timer = setTimeout(() => void tick(partition, mine), waitMs)
  }
  const cameBack = (partition: number, mine: Owned): void => {
    if (mine.outstanding === undefined || mine.committed <= mine.outstanding) return
    mine.outstanding = undefined
    scheduleNext(partition, mine)
  }
  const drop = (partition: number): void => {
    clearTimeout(owned.get(partition)?.timer)
    owned.delete(partition)
  }
  return {
    observer: {
      acquired: ({ partition, offset, clock }) => {
        drop(partition)
        if (isStopped) return
        const mine: Owned = { outstanding: undefined, committed: offset, clock, timer: undefined }
        owned.set(partition, mine)
        void tick(partition, mine)
      },
      committed: ({ partition, offset, clock }) => {
        const mine = owned.get(partition)
        if (mine === undefined) return
        mine.committed = offset
        mine.clock = clock
        cameBack(partition, mine)
      },
      revoked: drop,
    },
    stop: () => {
      isStopped = true
      for (const partition of [...owned.keys()]) drop(partition)
    },
  }
}

/** An older tick would move no clock, and would be refused where it is forwarded. */
const clockBehind = (ms: number): Error =>
  new Error(
    `the clock of this machine is ${Math.ceil(ms / 1_000)} s behind the one in the log; ` +
      'no silence is heard until it has caught up: set it right',
  )
