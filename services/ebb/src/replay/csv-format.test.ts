import { describe, expect, test } from 'vitest'
import { type CsvSettings, parseColumnMap, readCsv } from './csv-format.ts'
import { readRows } from './read-rows.ts'
import { fileOf } from './replay-fixture.ts'

const NOW = Date.UTC(2024, 5, 1)
const SETTINGS: CsvSettings = {
  digest: 'd',
  timeZone: 'UTC',
  columns: { customer: 'who', order: 'no', time: 'at', amount: 'sum' },
  currency: 'EUR',
  now: NOW,
}
const HEADER = 'who,no,at,sum'

const read = (lines: string[], over: Partial<CsvSettings> = {}) =>
  readCsv(fileOf(...lines), { ...SETTINGS, ...over })

const codes = ({ refused }: ReturnType<typeof read>) =>
  refused.map(({ row, code }) => `${row} ${code}`)

const ids = ({ rows }: ReturnType<typeof read>) => rows.map(({ item }) => item['messageId'])

describe('a row of a CSV file', () => {
  test('is one order', () => {
    const { rows, refused, currency } = read([HEADER, 'ann,17,2024-05-01 10:00,12.50'])
    expect(rows).toEqual([
      {
        row: 1,
        raw: 'ann,17,2024-05-01 10:00,12.50',
        occurredAt: Date.UTC(2024, 4, 1, 10),
        item: {
          messageId: '17',
          event: 'Order Completed',
          userId: 'ann',
          properties: { order_id: '17', total: '12.50', currency: 'EUR' },
        },
      },
    ])
    expect([refused, currency]).toEqual([[], 'EUR'])
  })

  test('may have its columns anywhere, quoted, with commas, quotes and line breaks', () => {
    const header = '"note, long",at , sum,no,who'
    const line = '"a ""b"",\nc",2024-05-01,"1299.95","17","Smith, Ann"'
    const { rows, refused } = read([header, line, 'x,2024-05-02,1,18,bob'])
    expect(rows.map(({ row, item }) => [row, item['userId']])).toEqual([
      [1, 'Smith, Ann'],
      [2, 'bob'],
    ])
    expect(refused).toEqual([])
  })

  test('may end as under Windows, and empty lines are none', () => {
    const lines = [`${HEADER}\r`, 'ann,1,2024-05-01,5\r', 'ann,2,2024-05-01\r', '\r', '']
    const { rows, refused } = read(lines)
    expect(rows.map(({ row }) => row)).toEqual([1])
    expect(refused).toMatchObject([{ row: 2, raw: 'ann,2,2024-05-01', code: 'EBB_ROW_COLUMNS' }])
  })

  test('behind a byte order mark and without a last line break is read', () => {
    expect(ids(read([`\ufeff${HEADER}`, 'ann,1,2024-05-01,5']))).toEqual(['1'])
  })

  test('is a copy where it is equal to another one of the same order', () => {
    const line = 'ann,1,2024-05-01,5'
    const file = read([HEADER, line, 'bob,2,2024-05-01,5', line])
    expect(ids(file)).toEqual(['1', '2', '1'])
    expect(file.refused).toEqual([])
  })

  test('is refused where its order stands in an earlier row with other values', () => {
    const lines = ['ann,1,2024-05-01,5', 'ann,1,2024-05-01,6', 'bob,1,2024-05-01,5']
    const file = read([HEADER, ...lines, lines[0]!])
    expect(codes(file)).toEqual(['2 EBB_ROW_CONFLICT', '3 EBB_ROW_CONFLICT'])
    expect(ids(file)).toEqual(['1', '1'])
    expect(file.refused[0]).toMatchObject({ raw: lines[1], message: /order 1 / })
  })

  test('is an order of its own where no column holds the order id, equal or not', () => {
    const { order: _, ...columns } = SETTINGS.columns
    const line = 'ann,1,2024-05-01,5'
    expect(ids(read([HEADER, line, line], { columns }))).toEqual(['d:1', 'd:2'])
  })

  test.each([
    [',1,2024-05-01,5', 'EBB_ROW_NO_CUSTOMER'],
    ['  ,1,2024-05-01,5', 'EBB_ROW_NO_CUSTOMER'],
    ['ann,,2024-05-01,5', 'EBB_ROW_VALUE'],
    ['ann,1,01.05.2024,5', 'EBB_ROW_TIME'],
    ['ann,1,,5', 'EBB_ROW_TIME'],
    ['ann,1,2024-06-01T00:00:00.001Z,5', 'EBB_ROW_TIME'],
    ['ann,1,2099-01-01,5', 'EBB_ROW_TIME'],
    ['ann,1,1989-12-31T23:59:59.999Z,5', 'EBB_ROW_TIME'],
    ['ann,1,2024-05-01,5,6', 'EBB_ROW_COLUMNS'],
    ['ann', 'EBB_ROW_COLUMNS'],
  ])('%s is refused: %s', (raw, code) => {
    const file = read([HEADER, 'bob,9,2024-05-01,5', raw, 'bob,8,2024-05-01,5'])
    expect(codes(file)).toEqual([`2 ${code}`])
    expect(file.refused[0]?.raw).toBe(raw)
    expect(ids(file)).toEqual(['9', '8'])
  })

  test('may be of the first instant that is taken, and of this one', () => {
    const rows = ['ann,1,1990-01-01,5', 'ann,2,2024-06-01,5']
    expect(read([HEADER, ...rows]).refused).toEqual([])
  })

  test('that is refused for its time says how to write one', () => {
    const [refused] = read([HEADER, 'ann,1,soon,5']).refused
    expect(refused?.message).toBe('at “soon” is no ISO 8601 time; write 2025-12-31T23:59:59+01:00')
  })

  test('is in the time zone of the shop, unless it says its offset', () => {
    const lines = [HEADER, 'ann,1,2024-03-31,5', 'ann,2,2024-03-31T00:00Z,5']
    const { rows } = read(lines, { timeZone: 'Europe/Berlin' })
    const instants = rows.map(({ occurredAt }) => new Date(occurredAt).toISOString())
    expect(instants).toEqual(['2024-03-30T23:00:00.000Z', '2024-03-31T00:00:00.000Z'])
  })
})

describe('a CSV file', () => {
  test('without a column that is mapped is refused, and says which there are', () => {
    expect(() => read(['who,at,total', 'ann,2024-05-01,5'])).toThrow(
      expect.objectContaining({
        code: 'EBB_FILE_COLUMN_MISSING',
        what: 'The file has no column no, sum; its columns are who, at, total',
        where: 'orders.csv, first row',
      }),
    )
  })

  test('whose quotes do not close is refused, with the line', () => {
    expect(() => read([HEADER, 'ann,1,2024-05-01,"5'])).toThrow(
      expect.objectContaining({ code: 'EBB_FILE_FORMAT', where: 'orders.csv' }),
    )
  })

  test('of a header alone holds nothing', () => {
    expect(read([HEADER])).toEqual({ rows: [], refused: [], currency: 'EUR' })
  })

  test('is not read before its columns are named', () => {
    const settings = { format: 'csv', timeZone: 'UTC', currency: 'EUR', now: NOW } as const
    expect(() => readRows(fileOf(HEADER), { ...settings, map: undefined })).toThrow(
      expect.objectContaining({ code: 'EBB_REPLAY_OPTION', where: '--format csv' }),
    )
  })
})

describe('--map', () => {
  test('names the columns, in any order', () => {
    expect(parseColumnMap('time=Date, amount=Total,customer=E-Mail = x')).toEqual({
      time: 'Date',
      amount: 'Total',
      customer: 'E-Mail = x',
    })
    expect(parseColumnMap('customer=a,order=b,time=c,amount=d').order).toBe('b')
  })

  test.each([
    ['', 'an empty part is not known, customer is missing, time is missing, amount is missing'],
    ['customer=a,time=b', 'amount is missing'],
    ['customer=,time=b,amount=c', 'customer is missing'],
    ['customer=a,time=b,amount=c,who=d', 'who is not known'],
    ['customer=a,time=b,amount=c,__proto__=d', '__proto__ is not known'],
    ['customer=a,time=b,amount=c,toString', 'toString is not known'],
  ])('“%s” is refused: %s', (text, what) => {
    expect(() => parseColumnMap(text)).toThrow(
      expect.objectContaining({ code: 'EBB_REPLAY_OPTION', what, where: `--map ${text}` }),
    )
  })
})
