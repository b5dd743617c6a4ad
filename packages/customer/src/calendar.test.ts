import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryTimeZone } from './arbitrary-history.ts'
import { DAY_MS, dayOf, hourOf, startOfDay } from './calendar.ts'
import { civilDay } from './history-recount.ts'

const arbitraryInstant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2040, 0) })
const dayNumber = (...date: [year: number, month: number, day: number]) =>
  Date.UTC(...date) / DAY_MS

describe('dayOf', () => {
  test('agrees with the calendar of the platform', () => {
    fc.assert(
      fc.property(arbitraryInstant, arbitraryTimeZone, (instant, timeZone) => {
        expect(dayOf(instant, timeZone)).toBe(civilDay(instant, timeZone))
      }),
      { numRuns: 500 },
    )
  })

  test('changes day at local midnight on both sides of a change of the clocks', () => {
    const berlin = (iso: string) => dayOf(Date.parse(iso), 'Europe/Berlin')
    const sunday = dayNumber(2024, 2, 31)
    expect(berlin('2024-03-30T22:59:59.999Z')).toBe(sunday - 1)
    expect(berlin('2024-03-30T23:00:00.000Z')).toBe(sunday)
    expect(berlin('2024-03-31T21:59:59.999Z')).toBe(sunday)
    expect(berlin('2024-03-31T22:00:00.000Z')).toBe(sunday + 1)
  })

  test('goes back a day where the clocks are put back just after midnight', () => {
    const newfoundland = (iso: string) => dayOf(Date.parse(iso), 'America/St_Johns')
    const sunday = dayNumber(2009, 10, 1)
    expect(newfoundland('2009-11-01T02:30:59.999Z')).toBe(sunday)
    expect(newfoundland('2009-11-01T02:31:00.000Z')).toBe(sunday - 1)
    expect(newfoundland('2009-11-01T03:30:00.000Z')).toBe(sunday)
  })

  test('counts days before 1970 downwards', () => {
    expect(dayOf(-1, 'UTC')).toBe(-1)
    expect(dayOf(-1, 'Asia/Kolkata')).toBe(0)
  })

  test('refuses a time zone that does not exist, by name and code', () => {
    expect(() => dayOf(0, 'Mars/Olympus')).toThrow(
      expect.objectContaining({
        code: 'EBB_CONFIG_TIME_ZONE',
        message: expect.stringContaining('Mars/Olympus'),
      }),
    )
  })
})

describe('startOfDay', () => {
  test('is the first instant of the day', () => {
    const arbitraryDay = fc.integer({ min: dayNumber(1990, 0, 1), max: dayNumber(2040, 0, 1) })
    fc.assert(
      fc.property(arbitraryDay, arbitraryTimeZone, (day, timeZone) => {
        const start = startOfDay(day, timeZone)
        expect(dayOf(start, timeZone)).toBeGreaterThanOrEqual(day)
        expect(dayOf(start - 1, timeZone)).toBeLessThan(day)
      }),
      { numRuns: 500 },
    )
  })

  test('is midnight on the evening after a change of the clocks', () => {
    const start = startOfDay(dayNumber(2024, 9, 28), 'Europe/Berlin')
    expect(new Date(start).toISOString()).toBe('2024-10-27T23:00:00.000Z')
  })

  test('is one o’clock where midnight is skipped', () => {
    const start = startOfDay(dayNumber(2017, 9, 15), 'America/Sao_Paulo')
    expect(new Date(start).toISOString()).toBe('2017-10-15T03:00:00.000Z')
  })

  test('is the start of the next day where a whole day is skipped', () => {
    const skipped = dayNumber(2011, 11, 30)
    expect(startOfDay(skipped, 'Pacific/Apia')).toBe(startOfDay(skipped + 1, 'Pacific/Apia'))
  })
})

test('hourOf agrees with the calendar of the platform', () => {
  fc.assert(
    fc.property(arbitraryInstant, arbitraryTimeZone, (instant, timeZone) => {
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hour: 'numeric',
        hourCycle: 'h23',
      })
      expect(hourOf(instant, timeZone)).toBe(Number(format.format(instant)))
    }),
    { numRuns: 300 },
  )
})
