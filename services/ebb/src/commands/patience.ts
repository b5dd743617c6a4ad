import type { TransientError } from '@ebb/streaming/faults'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import type { CliContext } from '../cli-context.ts'
import { faultText } from '../fault-text.ts'

/** Repeats a call while an engine is away, and says so. Throws `AbortedError` at Ctrl-C. */
export const patiently = <T>(
  { tell, interrupted: signal }: Pick<CliContext, 'tell' | 'interrupted'>,
  call: () => Promise<T>,
): Promise<T> => {
  let told: string | undefined
  const onRetry = (error: TransientError): void => {
    if (error.code === told) return
    told = error.code
    tell(`${faultText(error)} Trying again until it works; Ctrl-C ends.`)
  }
  return retryTransient(call, { signal, wait: waitFor, onRetry })
}

/** An end that was asked for is none of the faults. */
export const orInterrupted = async (work: Promise<void>): Promise<void> => {
  try {
    await work
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error
  }
}
