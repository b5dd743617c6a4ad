import { tickRecord } from '@ebb/contracts/tick'
import type { LogRecord } from '@ebb/streaming/event-log'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { untilNewDays } from './until-new-days.ts'

const DAY_MS = 86_400_000
const HOUR_MS = DAY_MS / 24

/** A tick at an hour since 1970, or something else. */
const recordAt = (hour: number | undefined, offset: number): LogRecord => ({
  ...(hour === undefined ? { key: 'u:ann', value: Buffer.of() } : tickRecord(hour * HOUR_MS)),
  ...{ offset, headers: {}, appendedAt: 1_000 * DAY_MS },
})

test('a batch is cut behind each tick of a new day, in the time zone of the shop', () => {
  const records = [undefined, 23, undefined, 24, 25, undefined, 49].map(recordAt)
  const cuts = (zone: string, lastDay?: number) =>
    untilNewDays(records, lastDay, zone).map((each) => [each.records.length, each.newDay])
  expect(cuts('UTC', 0)).toEqual([
    [4, 24 * HOUR_MS],
    [3, 49 * HOUR_MS],
  ])
  expect(cuts('UTC')[0]).toEqual([2, 23 * HOUR_MS])
  expect(cuts('Europe/Berlin', 0)[0]).toEqual([2, 23 * HOUR_MS])
  expect(cuts('UTC', 2)).toEqual([[7, undefined]])
})

test('where batches end plays no role: the same ticks bring a day, and no record is lost', () => {
  const hours = fc.array(fc.option(fc.nat({ max: 200 }), { nil: undefined }), { maxLength: 30 })
  fc.assert(
    fc.property(hours, fc.nat(), (ticks, cut) => {
      const records = ticks.map(recordAt)
      const whole = untilNewDays(records, undefined, 'UTC')
      expect(whole.flatMap((each) => each.records)).toEqual(records)
      const newDays = whole.flatMap(({ newDay }) => newDay ?? [])
      const at = records.length === 0 ? 0 : cut % records.length
      const first = untilNewDays(records.slice(0, at), undefined, 'UTC')
      const last = first.findLast(({ newDay }) => newDay !== undefined)?.newDay
      const lastDay = last === undefined ? undefined : Math.floor(last / DAY_MS)
      const rest = untilNewDays(records.slice(at), lastDay, 'UTC')
      expect([...first, ...rest].flatMap(({ newDay }) => newDay ?? [])).toEqual(newDays)
    }),
  )
})
