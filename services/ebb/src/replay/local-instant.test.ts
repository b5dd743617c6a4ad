import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localInstant } from './local-instant.ts'

const iso = (text: string, timeZone: string): string | undefined => {
  const instant = localInstant(text, timeZone)
  return instant === undefined ? undefined : new Date(instant).toISOString()
}

describe('a time without an offset', () => {
  test.each([
    ['2024-07-01', 'UTC', '2024-07-01T00:00:00.000Z'],
    ['2024-07-01', 'Europe/Berlin', '2024-06-30T22:00:00.000Z'],
    ['2024-01-01', 'Europe/Berlin', '2023-12-31T23:00:00.000Z'],
    ['2024-07-01 13:05', 'Asia/Kolkata', '2024-07-01T07:35:00.000Z'],
    ['2024-07-01T13:05:09', 'America/New_York', '2024-07-01T17:05:09.000Z'],
    ['2024-07-01T13:05:09.25', 'UTC', '2024-07-01T13:05:09.250Z'],
    ['2024-07-01T13:05:09,123456789', 'UTC', '2024-07-01T13:05:09.123Z'],
    [' 2024-07-01 ', 'UTC', '2024-07-01T00:00:00.000Z'],
  ])('%s is on the clocks of %s', (text, timeZone, instant) => {
    expect(iso(text, timeZone)).toBe(instant)
  })

  test('changes its distance from UTC when the clocks change', () => {
    expect(iso('2024-03-31 01:59:59', 'Europe/Berlin')).toBe('2024-03-31T00:59:59.000Z')
    expect(iso('2024-03-31 03:00:00', 'Europe/Berlin')).toBe('2024-03-31T01:00:00.000Z')
    expect(iso('2024-10-27 01:59:59', 'Europe/Berlin')).toBe('2024-10-26T23:59:59.000Z')
    expect(iso('2024-10-27 03:00:00', 'Europe/Berlin')).toBe('2024-10-27T02:00:00.000Z')
  })

  test('that the clocks leave out lies behind the change', () => {
    expect(iso('2024-03-31 02:30', 'Europe/Berlin')).toBe('2024-03-31T01:30:00.000Z')
    expect(iso('2017-10-15', 'America/Sao_Paulo')).toBe('2017-10-15T03:00:00.000Z')
  })
})

describe('a time with an offset', () => {
  test.each([
    ['2024-07-01T13:05Z', '2024-07-01T13:05:00.000Z'],
    ['2024-07-01 13:05:00 Z', '2024-07-01T13:05:00.000Z'],
    ['2024-07-01T13:05:00+05:30', '2024-07-01T07:35:00.000Z'],
    ['2024-07-01T13:05:00+0530', '2024-07-01T07:35:00.000Z'],
    ['2024-07-01 13:05 -08', '2024-07-01T21:05:00.000Z'],
  ])('%s is the same in every zone', (text, instant) => {
    for (const timeZone of ['UTC', 'Europe/Berlin', 'Pacific/Apia'])
      expect(iso(text, timeZone)).toBe(instant)
  })

  test('is what the platform reads', () => {
    const instants = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata')
    fc.assert(
      fc.property(fc.array(fc.tuple(instants, zones)), (all) => {
        for (const [date, zone] of all)
          expect(localInstant(date.toISOString(), zone)).toBe(date.getTime())
      }),
    )
  })
})

test.each([
  '',
  ' ',
  '2024',
  '2024-7-1',
  '20240701',
  '01/07/2024',
  '2024-W27',
  '2024-02-30',
  '2024-13-01',
  '2024-07-01T',
  '2024-07-01T25:00',
  '2024-07-01T12:60',
  '2024-07-01 1:05',
  '2024-07-01Z',
  'yesterday',
  '1719835200',
])('“%s” is no time', (text) => {
  expect(localInstant(text, 'UTC')).toBeUndefined()
})

test('what was read before in another zone makes no difference', () => {
  const text = '2024-07-01 12:00'
  const zones = ['UTC', 'Europe/Berlin', 'UTC', 'Asia/Kolkata', 'Europe/Berlin', 'Asia/Kolkata']
  expect(zones.map((zone) => new Date(localInstant(text, zone)!).getUTCHours())).toEqual([
    12, 10, 12, 6, 10, 6,
  ])
})

test('an hour that the clocks repeat is always read as the same one', () => {
  const first = Date.UTC(2024, 9, 27, 0, 30)
  expect(localInstant('2024-10-27 02:30', 'Europe/Berlin')).toBe(first + 3_600_000)
})
