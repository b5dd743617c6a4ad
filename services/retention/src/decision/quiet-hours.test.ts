import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endOfQuietHours } from './quiet-hours.ts'

const MINUTE_MS = 60_000
const NIGHT = { fromMinute: 21 * 60, untilMinute: 8 * 60 }

const endIn = (timeZone: string, instant: string, hours = NIGHT): string | undefined => {
  const end = endOfQuietHours(Date.parse(instant), hours, timeZone)
  return end === undefined ? undefined : new Date(end).toISOString()
}

describe('quiet hours', () => {
  it.each([
    ['UTC', '2026-03-01T12:00:00Z', undefined],
    ['UTC', '2026-03-01T20:59:59.999Z', undefined],
    ['UTC', '2026-03-01T21:00:00Z', '2026-03-02T08:00:00.000Z'],
    ['UTC', '2026-03-01T23:59:30Z', '2026-03-02T08:00:00.000Z'],
    ['UTC', '2026-03-02T00:00:00Z', '2026-03-02T08:00:00.000Z'],
    ['UTC', '2026-03-02T07:59:59.999Z', '2026-03-02T08:00:00.000Z'],
    ['UTC', '2026-03-02T08:00:00Z', undefined],
    ['Asia/Kolkata', '2026-03-01T16:00:00Z', '2026-03-02T02:30:00.000Z'],
    ['Asia/Shanghai', '2026-03-01T12:00:00Z', undefined],
    ['Asia/Shanghai', '2026-03-01T13:00:00Z', '2026-03-02T00:00:00.000Z'],
    // The night of 29 March has an hour less, that of 25 October one more.
    ['Europe/Berlin', '2026-03-28T21:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['America/New_York', '2026-03-08T03:00:00Z', '2026-03-08T12:00:00.000Z'],
  ])('in %s at %s end at %s', (timeZone, instant, end) => {
    expect(endIn(timeZone, instant)).toBe(end)
  })

  it('within one day end on that day', () => {
    const noon = { fromMinute: 12 * 60, untilMinute: 14 * 60 }
    expect(endIn('UTC', '2026-03-01T12:30:00Z', noon)).toBe('2026-03-01T14:00:00.000Z')
    expect(endIn('UTC', '2026-03-01T23:00:00Z', noon)).toBeUndefined()
  })

  it('whose end the clocks leap over end with the leap', () => {
    const hours = { fromMinute: 60, untilMinute: 150 }
    expect(endIn('Europe/Berlin', '2026-03-29T00:15:00Z', hours)).toBe('2026-03-29T01:00:00.000Z')
  })

  it('that come twice, for the clocks are put back, have two ends', () => {
    const hours = { fromMinute: 60, untilMinute: 150 }
    expect(endIn('Europe/Berlin', '2026-10-25T00:00:00Z', hours)).toBe('2026-10-25T00:30:00.000Z')
    expect(endIn('Europe/Berlin', '2026-10-25T01:15:00Z', hours)).toBe('2026-10-25T01:30:00.000Z')
  })

  it('end at the first minute that is not quiet, in any zone at any time', () => {
    const minute = fc.integer({ min: 0, max: 1_439 })
    const hours = fc
      .record({ fromMinute: minute, untilMinute: minute })
      .filter(({ fromMinute, untilMinute }) => fromMinute !== untilMinute)
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu')
    const change = fc.constantFrom(
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
      Date.UTC(2026, 3, 4, 15),
    )
    const instant = fc
      .tuple(change, fc.integer({ min: -2_000, max: 2_000 }))
      .map(([at, minutes]) => at + minutes * MINUTE_MS)
    fc.assert(
      fc.property(instant, hours, zone, (at, window, timeZone) => {
        const end = endOfQuietHours(at, window, timeZone)
        if (end === undefined) return
        expect(end).toBeGreaterThan(at)
        expect(endOfQuietHours(end, window, timeZone)).toBeUndefined()
        // Every minute before is quiet, and has the same end.
        expect(endOfQuietHours(end - 1, window, timeZone)).toBe(end)
        const between = Math.floor((at + end) / 2)
        expect(endOfQuietHours(between, window, timeZone)).toBe(end)
      }),
      { numRuns: 300 },
    )
  })
})
