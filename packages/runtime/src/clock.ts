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
  /** Ms of this clock in one ms of the wall clock, such as 86,400 for a day in a second. */
  readonly rate: number
  readonly wall?: ProcessClock
}

/** A clock that runs `rate` times as fast as the wall clock, for demonstrations. */
export const scaledClock = (settings: ScaledClockSettings): ProcessClock => {
  const { startAt, rate, wall = wallClock } = settings
  const origin = wall.now()
  return { now: () => Math.floor(startAt + (wall.now() - origin) * rate) }
}
