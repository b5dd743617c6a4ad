/** The signals that ask a process to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** The part of a process that signals come through. */
export interface SignalHost {
  onSignal(signal: StopSignal, listener: () => void): void
  /** Ms on a clock that only goes forward. */
  elapsed(): number
  exit(code: number): void
}

/** npm, shells and launchers each pass one Ctrl-C on: within this it is the same one. */
const ONE_KEY_PRESS_MS = 1_000
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Calls `stop` at the first signal to end. Whoever sends another one later does not want to wait:
 * the process ends at once, with 128 + its number.
 */
export const onInterrupt = (host: SignalHost, stop: (signal: StopSignal) => void): void => {
  let first: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    host.onSignal(signal, () => {
      if (first === undefined) {
        first = host.elapsed()
        stop(signal)
      } else if (host.elapsed() - first > ONE_KEY_PRESS_MS) host.exit(EXIT_BY_SIGNAL[signal])
    })
}
