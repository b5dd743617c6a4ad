import { dayOf } from '@ebb/customer/calendar'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nightOf } from './night.ts'

const HOUR_MS = 3_600_000
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata')

test('a night begins at three, and every day has one', () => {
  const hours = fc.integer({ min: 0, max: 24 * 365 * 4 })
  fc.assert(
    fc.property(hours, zones, (hour, zone) => {
      const at = Date.UTC(2024, 0, 1) + hour * HOUR_MS
      const night = nightOf(at, zone)
      expect(nightOf(at + HOUR_MS, zone) - night).toBeOneOf([0, 1])
      expect(dayOf(at, zone) - night).toBeOneOf([0, 1])
      expect(nightOf(at + 25 * HOUR_MS, zone)).toBeGreaterThan(night)
    }),
  )
})

test('also in the night in which the clocks are put forward from two to three', () => {
  const nightAt = (hour: number, minute: number) =>
    nightOf(Date.UTC(2026, 2, 29, hour, minute), 'Europe/Berlin')
  expect(nightAt(1, 0) - nightAt(0, 59)).toBe(1)
})
