import { dayOf, hourOf } from '@ebb/customer/calendar'

/** Hour of the shop's day at which a night's training is due. */
const HOUR = 3

/**
 * The civil day of the last three o'clock at night before an instant (ms), counted from 1970-01-01.
 * Where clocks are put forward over that hour it is the next one. Throws as `dayOf` does.
 */
export const nightOf = (instant: number, timeZone: string): number =>
  dayOf(instant, timeZone) - (hourOf(instant, timeZone) < HOUR ? 1 : 0)
