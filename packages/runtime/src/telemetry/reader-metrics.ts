import type { EventLog } from '@ebb/streaming/event-log'
import type { PartitionObserver } from '@ebb/streaming/processor-options'
import { counterOf, gaugeOf, METRICS } from './metrics.ts'
import { SOON_MS, soon } from './soon.ts'
import type { Telemetry } from './telemetry.ts'

/** Which reader is measured. */
export interface MeasuredReader {
  /** Its name in the metrics. */
  readonly reader: string
  /** The topic that it reads. */
  readonly topic: string
  readonly log: Pick<EventLog, 'read'>
  /** Process clock, ms. */
  readonly now: () => number
}

interface Acquired {
  readonly partition: number
  readonly offset: number
  readonly clock?: number
  readonly nextDue?: number | undefined
}

interface Standing {
  readonly offset: number
  /** Of the partition; of a reader without ticks when its last record was appended. */
  readonly clock: number
  readonly nextDue: number | undefined
}

/** A batch that a reader has done with; what a processor says, or less. */
interface Progress {
  readonly partition: number
  readonly offset: number
  readonly clock?: number
  /** When the log took the last record: in place of a clock. */
  readonly appendedAt?: number
  readonly copies?: number
  readonly nextDue?: number | undefined
}

/** Measures lag, overdue timers and copies of the partitions that a reader has. */
export const readerMetrics = (
  { meter }: Telemetry,
  scope: string,
  { reader, topic, log, now }: MeasuredReader,
): PartitionObserver<Acquired, Progress> => {
  const standings = new Map<number, Standing>()
  const givenUp = new Set<number>()
  const measured = meter(scope)
  const copies = counterOf(measured, METRICS.recordsDeduplicated)
  const lagRecords = gaugeOf(measured, METRICS.lagRecords)
  const lagTime = gaugeOf(measured, METRICS.lagTime)
  const overdue = gaugeOf(measured, METRICS.timerOverdue)
  const lagOf = async (partition: number, { offset }: Standing): Promise<number | undefined> => {
    const slice = await soon(log.read({ topic, partition }, offset, 0), SOON_MS)
    return slice && Math.max(0, slice.end - offset)
  }
  /** What comes next waits from now on at the earliest. */
  const caughtUp = (partition: number, at: number): void => {
    const now = standings.get(partition)
    if (now !== undefined) standings.set(partition, { ...now, clock: Math.max(now.clock, at) })
  }
  measured.addBatchObservableCallback(
    async (result) => {
      const at = now()
      // What was told once is told for ever, unless it is told anew.
      for (const partition of givenUp) {
        const where = { reader, topic, partition: String(partition) }
        result.observe(lagRecords, 0, where)
        result.observe(lagTime, 0, where)
        result.observe(overdue, 0, { reader, partition: where.partition })
      }
      const owned = [...standings]
      const lags = await Promise.all(owned.map(([partition, one]) => lagOf(partition, one)))
      for (const [index, [partition, { clock, nextDue }]] of owned.entries()) {
        const where = { reader, topic, partition: String(partition) }
        const lag = lags[index]
        // While the log is away nobody knows how much waits, but for how long nothing moved.
        if (lag !== undefined) result.observe(lagRecords, lag, where)
        result.observe(lagTime, lag === 0 ? 0 : secondsBetween(clock, at), where)
        if (lag === 0) caughtUp(partition, at)
        const late = nextDue === undefined ? 0 : secondsBetween(nextDue, at)
        result.observe(overdue, late, { reader, partition: where.partition })
      }
    },
    [lagRecords, lagTime, overdue],
  )
  return {
    acquired: ({ partition, offset, clock = now(), nextDue }) => {
      givenUp.delete(partition)
      standings.set(partition, { offset, clock, nextDue })
    },
    committed: ({ partition, offset, appendedAt = now(), copies: count = 0, nextDue, ...rest }) => {
      const { clock = appendedAt } = rest
      standings.set(partition, { offset, clock, nextDue })
      if (count > 0) copies.add(count, { reader })
    },
    revoked: (partition) => {
      standings.delete(partition)
      givenUp.add(partition)
    },
  }
}

const secondsBetween = (from: number, to: number): number => Math.max(0, to - from) / 1_000
