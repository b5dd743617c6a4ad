import type { LiftView } from '@ebb/contracts/winback-api'

const ROOM = 0.12

/** Places of an interval, of its middle and of nought on a line from 0 to 1; nought is on it. */
export const intervalOf = (
  lift: LiftView,
): { readonly [place in 'zero' | 'from' | 'until' | 'middle']: number } => {
  const low = Math.min(lift.from, 0)
  const span = Math.max(lift.until, 0) - low || 1
  const place = (value: number): number => ROOM + ((value - low) / span) * (1 - 2 * ROOM)
  return {
    zero: place(0),
    from: place(lift.from),
    until: place(lift.until),
    middle: place(lift.returned),
  }
}
