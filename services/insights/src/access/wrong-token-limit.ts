import type { ProcessClock } from '@ebb/runtime/clock'

/** Slows down who guesses tokens. */
export interface WrongTokenLimit {
  /** Whether another token of this address is looked at. */
  isOpen(address: string): boolean
  /** A token of this address was wrong. */
  count(address: string): void
}

const WINDOW_MS = 60_000
const MOST_WRONG = 10
const MOST_ADDRESSES = 10_000

interface Window {
  readonly until: number
  wrong: number
}

/**
 * Ten wrong tokens of one address in a minute, and it has to wait for the minute to end. Where more
 * addresses have failed than can be kept in mind, those not known are refused: nobody gets around
 * the limit by making it forget.
 */
export const wrongTokenLimit = (wall: ProcessClock): WrongTokenLimit => {
  const windows = new Map<string, Window>()
  const running = (address: string): Window | undefined => {
    const window = windows.get(address)
    if (window === undefined || wall.now() < window.until) return window
    windows.delete(address)
    return undefined
  }
  const sweep = (): void => {
    for (const address of [...windows.keys()]) running(address)
  }
  return {
    isOpen: (address) => {
      const window = running(address)
      if (window !== undefined) return window.wrong < MOST_WRONG
      if (windows.size >= MOST_ADDRESSES) sweep()
      return windows.size < MOST_ADDRESSES
    },
    count: (address) => {
      const window = running(address)
      if (window === undefined) windows.set(address, { until: wall.now() + WINDOW_MS, wrong: 1 })
      else window.wrong += 1
    },
  }
}
