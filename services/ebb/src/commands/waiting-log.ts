import type { EventLog } from '@ebb/streaming/event-log'
import { AbortedError, type RetryOptions, retryTransient, waitFor } from '@ebb/streaming/retry'

/** What of a log its readers need. */
export type LogReader = Pick<EventLog, 'partitions' | 'read'>

/** A log whose readers wait while it is away; they get an `AbortedError` when they are not to. */
export const waitingLog = (
  log: LogReader,
  given: Pick<RetryOptions, 'signal' | 'onRetry'>,
): LogReader => {
  const options = { ...given, wait: waitFor }
  return {
    partitions: (topic) => retryTransient(() => log.partitions(topic), options),
    read: (...slice) => retryTransient(() => log.read(...slice), options),
  }
}

/** Ends without an error where a reader was told not to wait any longer. */
export async function* untilAborted<T>(messages: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  try {
    yield* messages
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error
  }
}
