import type { LiftView } from '@ebb/contracts/winback-api'

const ROOM = 0.12

/** Places on a line from 0 to 1. */
interface IntervalPlaces {
  readonly zero: number
  readonly from: number
  readonly until: number
  readonly middle: number
  readonly truth: number | undefined
}

/** Places of an interval and of its middle; nought is on the line, and a truth that is known. */
export const intervalOf = (lift: LiftView, truth?: number): IntervalPlaces => {
  const low = Math.min(lift.from, truth ?? 0, 0)
  const span = Math.max(lift.until, truth ?? 0, 0) - low || 1
  const place = (value: number): number => ROOM + ((value - low) / span) * (1 - 2 * ROOM)
  return {
    zero: place(0),
    from: place(lift.from),
    until: place(lift.until),
    middle: place(lift.returned),
    truth: truth === undefined ? undefined : place(truth),
  }
}
