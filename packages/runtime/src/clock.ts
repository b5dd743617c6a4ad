/** The clock of a process: `receivedAt`, ticks, validity of coupons. Handlers never ask it. */
export interface ProcessClock {
  /** Integer ms since the epoch. */
  now(): number
}

/** The clock on the wall. */
export const wallClock: ProcessClock = { now: () => Date.now() }

/** How a scaled clock runs. */
export interface ScaledClockSettings {
  /** What it shows when it is made, in ms since the epoch. */
  readonly startAt: number
  /** Ms of this clock in one ms that passes, such as 86,400 for a day in a second. */
  readonly rate: number
  /** Ms on a clock that only goes forward; that of the process unless given. */
  readonly elapsed?: () => number
}

/** A machine that sleeps, or a process that is held, must not skip years. */
const LONGEST_STEP_MS = 1_000

/**
 * A clock that runs `rate` times as fast as time passes, for demonstrations. Between two looks it
 * goes on by a second's worth at most.
 */
export const scaledClock = (settings: ScaledClockSettings): ProcessClock => {
  const { startAt, rate, elapsed = () => performance.now() } = settings
  let shown = startAt
  let lookedAt = elapsed()
  return {
    now: () => {
      const at = elapsed()
      shown += Math.min(at - lookedAt, LONGEST_STEP_MS) * rate
      lookedAt = at
      return Math.floor(shown)
    },
  }
}
