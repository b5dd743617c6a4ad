import { describe, expect, test } from 'vitest'
import { readCdnow } from './cdnow-format.ts'
import { fileOf } from './replay-fixture.ts'

const read = (...lines: string[]) =>
  readCdnow(fileOf(...lines), { digest: 'd', timeZone: 'UTC', now: Date.UTC(2026, 0, 1) })

describe('a row of CDNOW', () => {
  test('is an order of its master id at the midnight that begins its day', () => {
    const { rows, refused, currency } = read(' 00004   1 19970118  2   29.73')
    expect(rows).toEqual([
      {
        row: 1,
        raw: ' 00004   1 19970118  2   29.73',
        occurredAt: Date.UTC(1997, 0, 18),
        item: {
          messageId: 'd:1',
          event: 'Order Completed',
          userId: '00004',
          properties: { order_id: 'd:1', total: '29.73', currency: 'USD', quantity: 2 },
        },
      },
    ])
    expect([refused, currency]).toEqual([[], 'USD'])
  })

  test('begins at the midnight of the shop', () => {
    const settings = { digest: 'd', timeZone: 'America/New_York', now: Date.UTC(2026, 0, 1) }
    const { rows } = readCdnow(fileOf('1 1 19970118 2 29.73'), settings)
    expect(rows[0]?.occurredAt).toBe(Date.UTC(1997, 0, 18, 5))
  })

  test('that is equal to another one is an order of its own', () => {
    const { rows } = read('1 1 19970118 2 29.73', '1 1 19970118 2 29.73')
    expect(rows.map(({ item }) => item['messageId'])).toEqual(['d:1', 'd:2'])
  })

  test('may end as under Windows, and blank lines count but say nothing', () => {
    const { rows, refused } = read('1 1 19970118 2 29.73\r', '', ' \r', '2 2 19970119 1 0.00\r')
    expect(rows.map(({ row }) => row)).toEqual([1, 4])
    expect(refused).toEqual([])
  })

  test.each([
    ['too few columns', '1 1 19970118 2'],
    ['too many columns', '1 1 19970118 2 29.73 x'],
    ['a negative amount', '1 1 19970118 2 -29.73'],
    ['an amount that is none', '1 1 19970118 2 free'],
    ['commas', '1,1,19970118,2,29.73'],
  ])('with %s is refused by its number, with its text', (_what, raw) => {
    const { rows, refused } = read('1 1 19970118 2 29.73', raw, '2 2 19970119 1 5.00')
    expect(rows.map(({ row }) => row)).toEqual([1, 3])
    expect(refused).toMatchObject([{ row: 2, raw, code: 'EBB_ROW_COLUMNS' }])
  })
})

test.each([
  ['that is none', '1 1 19970230 2 29.73'],
  ['before 1990', '1 1 19891231 2 29.73'],
  ['in the future', '1 1 20300101 2 29.73'],
])('a day %s is refused', (_what, raw) => {
  const { rows, refused } = read('1 1 19970118 2 29.73', raw)
  expect(rows).toHaveLength(1)
  expect(refused).toMatchObject([{ row: 2, raw, code: 'EBB_ROW_TIME' }])
})

test('a file without a single row of CDNOW is refused as a whole', () => {
  for (const lines of [['id,date'], [''], ['1 1 19970118 2']])
    expect(() => read(...lines)).toThrow(
      expect.objectContaining({ code: 'EBB_FILE_FORMAT', where: 'orders.csv' }),
    )
})
