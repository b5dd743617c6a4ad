import { readTick } from '@ebb/contracts/tick'
import { dayOf } from '@ebb/customer/calendar'
import type { LogRecord } from '@ebb/streaming/event-log'

/** Records of a batch up to the first tick of another day of the shop, or to the end of the batch. */
export interface Stretch {
  readonly records: readonly LogRecord[]
  /** That tick, ms; absent where the batch ended. */
  readonly newDay?: number
}

/**
 * Cuts a batch behind each tick that brings another day than any before it, so that what is done once
 * a day does not depend on where batches end.
 *
 * @param lastDay the last day that there was, since 1970-01-01; `undefined` before the first.
 */
export const untilNewDays = (
  records: readonly LogRecord[],
  lastDay: number | undefined,
  timeZone: string,
): Stretch[] => {
  const stretches: Stretch[] = []
  let day = lastDay ?? Number.NEGATIVE_INFINITY
  let begin = 0
  for (const [index, record] of records.entries()) {
    const tick = readTick(record)
    if (typeof tick !== 'number' || dayOf(tick, timeZone) <= day) continue
    day = dayOf(tick, timeZone)
    stretches.push({ records: records.slice(begin, index + 1), newDay: tick })
    begin = index + 1
  }
  if (begin < records.length) stretches.push({ records: records.slice(begin) })
  return stretches
}
