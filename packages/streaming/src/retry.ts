import { setTimeout } from 'node:timers/promises'
import { TransientError } from './faults.ts'

/** How a repeated call waits, and who hears of it. */
export interface RetryOptions {
  readonly signal: AbortSignal
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly onRetry: (error: TransientError, attempt: number) => void
}

/** The partition was taken away, or the consumer stops: leave everything as it stands. */
export class AbortedError extends Error {
  override readonly name = 'AbortedError'
}

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 5_000
/** Where somebody waits for the answer. */
const LONGEST_WAIT_WITHIN_MS = 500

/**
 * Repeats a call while it throws `TransientError`, with doubling waits from 50 ms to 5 s, until
 * it succeeds. Throws `AbortedError` when the signal aborts, and any other error at once.
 */
export const retryTransient = async <T>(
  call: () => Promise<T>,
  { signal, wait, onRetry }: RetryOptions,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw new AbortedError()
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      onRetry(error, attempt)
      await wait(Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS), signal)
    }
  }
}

/**
 * Repeats a call while it throws `TransientError`, with doubling waits from 50 ms, for about `ms`.
 * Throws the error of the last try, and any other at once.
 */
export const retryWithin = async <T>(ms: number, call: () => Promise<T>): Promise<T> => {
  const giveUpAt = performance.now() + ms
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_WITHIN_MS)) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof TransientError) || performance.now() + waitMs > giveUpAt) throw error
      await setTimeout(waitMs)
    }
  }
}

/** Waits on the wall clock; returns early when the signal aborts. */
export const waitFor = async (ms: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(ms, undefined, { signal }).catch(() => {})
}
