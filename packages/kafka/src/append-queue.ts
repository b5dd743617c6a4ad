import { HaltError, TransientError } from '@ebb/streaming/faults'
import {
  type AppendCall,
  appendCall,
  countTogether,
  cutParcel,
  type Parcel,
  type SendLimits,
} from './append-parcels.ts'
import { TOO_LARGE, UNAVAILABLE } from './kafka-faults.ts'

/** What the queue of one partition works with. */
export interface AppendQueueSettings<T> extends SendLimits {
  /** Names the partition in messages. */
  readonly name: string
  /** Appends records together and resolves to the offset of the first. Always settles. */
  readonly send: (records: readonly T[]) => Promise<number>
  /** About the bytes that a record takes in the log. */
  readonly sizeOf: (record: T) => number
  /** There is something to send, and nothing is on its way or held back: call `flush`. */
  readonly onReady: () => void
  /** How long a call may take. */
  readonly deadlineMs: number
}

/** Appends to one partition: in the order of the calls, one send at a time. */
export interface AppendQueue<T> {
  /**
   * Resolves to the offset of the first record. The records of a call follow each other in the log
   * unless they have more than `maxBytes`: then they go in pieces, and others' records may stand
   * between those. At the deadline it rejects with a `TransientError`: a beginning of the records
   * may be in the log, or all of them, or none.
   */
  add(records: readonly T[]): Promise<number>
  /** Sends what waits, unless something is on its way or held back. */
  flush(): void
  /** Whether a whole send waits. */
  isFull(): boolean
  /** Resolves when no call is open. */
  settled(): Promise<unknown>
  /** Rejects every open call; what is on its way may still get into the log. */
  abandon(error: Error): void
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/**
 * A send whose outcome is unknown is repeated, and nothing behind it is sent until then: it could
 * overtake. So what is repeated may stand in the log twice. When the deadline of a call has passed,
 * neither it nor what waits behind it is sent any more.
 */
export const appendQueue = <T>(settings: AppendQueueSettings<T>): AppendQueue<T> => {
  const { name, sizeOf, maxRecords, deadlineMs } = settings
  let waiting: Parcel<T>[] = []
  let onItsWay: readonly Parcel<T>[] = []
  let failures = 0
  let lastError: Error | undefined
  /** Less than the setting where the broker turned out to take less. */
  let maxBytes = settings.maxBytes
  let pause: NodeJS.Timeout | undefined
  let alarm: NodeJS.Timeout | undefined

  const openCalls = (): AppendCall[] =>
    [...onItsWay, ...waiting].map(({ call }) => call).filter((call) => call.isOpen())
  const expire = (): void => {
    const now = performance.now()
    // With the first, all behind it: whoever repeats it elsewhere must not be overtaken by them.
    if ((openCalls()[0]?.deadline ?? now + 1) <= now)
      for (const call of openCalls()) call.refuse(overdue(name, deadlineMs, lastError))
    waiting = waiting.filter(({ call }) => call.isOpen())
    const next = openCalls()[0]
    alarm = next && setTimeout(expire, Math.max(1, next.deadline - now))
  }
  const ready = (): void => {
    if (waiting.length > 0 && onItsWay.length === 0 && pause === undefined) settings.onReady()
  }
  const flush = (): void => {
    if (waiting.length === 0 || onItsWay.length > 0 || pause !== undefined) return
    onItsWay = waiting.splice(0, countTogether(waiting, { maxRecords, maxBytes }))
    settings
      .send(onItsWay.flatMap(({ records }) => records))
      .then(acknowledge, repeat)
      .then(ready)
  }
  const acknowledge = (base: number): void => {
    let offset = base
    for (const { call, records, isLast } of onItsWay) {
      call.appended(offset, isLast)
      offset += records.length
    }
    onItsWay = []
    failures = 0
    lastError = undefined
  }
  const repeat = (error: Error): void => {
    const failed = onItsWay
    lastError = error
    onItsWay = []
    if (isTooLarge(error) && failed.flatMap(({ records }) => records).length > 1)
      maxBytes = Math.min(maxBytes, Math.floor(bytesOf(failed) / 2))
    else if (!(error instanceof TransientError)) for (const { call } of failed) call.refuse(error)
    const again = failed.flatMap((parcel) => cutParcel(parcel, sizeOf, maxBytes))
    waiting = [...again, ...waiting].filter(({ call }) => call.isOpen())
    if (error instanceof TransientError && waiting.length > 0) rest()
  }
  const rest = (): void => {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
    failures += 1
    pause = setTimeout(() => {
      pause = undefined
      ready()
    }, ms)
  }
  return {
    add: (records) => {
      const call = appendCall(performance.now() + deadlineMs)
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0)
      waiting.push(...cutParcel({ call, records, bytes, isLast: true }, sizeOf, maxBytes))
      alarm ??= setTimeout(expire, deadlineMs)
      ready()
      return call.promise
    },
    flush,
    isFull: () => countTogether(waiting, { maxRecords, maxBytes }) < waiting.length,
    settled: () => Promise.allSettled(openCalls().map(({ promise }) => promise)),
    abandon: (error) => {
      for (const call of openCalls()) call.refuse(error)
      clearTimeout(pause)
      clearTimeout(alarm)
      waiting = []
    },
  }
}

const bytesOf = (parcels: readonly Parcel<unknown>[]): number =>
  parcels.reduce((sum, { bytes }) => sum + bytes, 0)

const isTooLarge = (error: Error): boolean => error instanceof HaltError && error.code === TOO_LARGE

const overdue = (name: string, ms: number, cause: Error | undefined): TransientError =>
  new TransientError(
    UNAVAILABLE,
    `${name} took nothing within ${ms} ms${cause === undefined ? '' : ` (${cause.message})`}`,
    { cause },
  )
