import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOnlineRetail } from './online-retail-format.ts'
import { fileOf } from './replay-fixture.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

interface Line {
  invoice?: string
  quantity?: string
  at?: string
  price?: string
  customer?: string
}

const lineOf = (line: Line): string => {
  const { invoice = '1', quantity = '1.0', price = '2.5', customer = '17850.0' } = line
  const { at = '2010-12-01T08:26:00' } = line
  return [invoice, '85123A', '"A, ""B"""', quantity, at, price, customer, 'France'].join(',')
}

const read = (...lines: Line[]) =>
  readOnlineRetail(fileOf(HEADER, ...lines.map(lineOf)), {
    digest: 'd',
    timeZone: 'UTC',
    now: Date.UTC(2026, 0, 1),
  })

const properties = (...lines: Line[]) => read(...lines).rows.map(({ item }) => item['properties'])

describe('an invoice', () => {
  test('is one order of all its lines, equal ones too', () => {
    const lines = [{ quantity: '6.0' }, { quantity: '6.0' }, { invoice: '2' }, { price: '3' }]
    const { rows, refused, currency } = read(...lines)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toEqual({
      row: 1,
      raw: expect.stringMatching(/^1,/),
      occurredAt: Date.UTC(2010, 11, 1, 8, 26),
      item: {
        messageId: '1',
        event: 'Order Completed',
        userId: '17850',
        properties: { order_id: '1', total: '33.00', currency: 'GBP', quantity: 13 },
      },
    })
    expect([refused, currency]).toEqual([[], 'GBP'])
  })

  test('of two instants took place at the earlier one', () => {
    const { rows } = read({ at: '2010-12-01T08:27:00' }, { at: '2010-12-01T08:26:00' })
    expect(rows[0]?.occurredAt).toBe(Date.UTC(2010, 11, 1, 8, 26))
  })

  test('that begins with C is a refund that names no order, of what its lines took back', () => {
    const { rows } = read({ invoice: 'C9', quantity: '-2.0' }, { invoice: 'C9', quantity: '-1' })
    expect(rows.map(({ item }) => item)).toEqual([
      {
        messageId: 'C9',
        event: 'Order Refunded',
        userId: '17850',
        properties: { refund_id: 'C9', total: '7.50', currency: 'GBP', quantity: 3 },
      },
    ])
  })
})

describe('the amount of a line', () => {
  test.each([
    ['1', '0.001', '0.00'],
    ['5', '0.001', '0.01'],
    ['4', '0.001', '0.00'],
    ['3', '0.005', '0.02'],
    ['1', '1.005', '1.01'],
    ['3', '1.115', '3.35'],
    ['80995', '2.08', '168469.60'],
  ])('%s × %s is rounded half-up to %s', (quantity, price, total) => {
    expect(properties({ quantity, price })).toMatchObject([{ total }])
  })

  test('is rounded line by line, not in the sum', () => {
    const penny = { quantity: '1', price: '0.005' }
    expect(properties(penny, penny, penny)).toMatchObject([{ total: '0.03' }])
  })

  test('is exact for every decimal price', () => {
    const price = fc.tuple(fc.nat({ max: 99_999 }), fc.nat({ max: 9_999 }))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), price, (quantity, [pounds, rest]) => {
        fc.pre(pounds + rest > 0)
        const written = `${pounds}.${String(rest).padStart(4, '0')}`
        const [line] = properties({ quantity: `${quantity}.0`, price: written })
        // In 1/10,000 of a pound, of which 100 are a penny: 50 and more of them round up.
        const parts = BigInt(quantity) * (BigInt(pounds) * 10_000n + BigInt(rest))
        const pence = parts / 100n + (parts % 100n >= 50n ? 1n : 0n)
        const total = `${pence / 100n}.${String(pence % 100n).padStart(2, '0')}`
        expect(line).toMatchObject({ total, quantity })
      }),
    )
  })
})

describe('a line is refused', () => {
  test.each<[Line, string]>([
    [{ customer: 'nan' }, 'EBB_ROW_NO_CUSTOMER'],
    [{ customer: '' }, 'EBB_ROW_NO_CUSTOMER'],
    [{ customer: 'nan', price: 'x' }, 'EBB_ROW_NO_CUSTOMER'],
    [{ quantity: '1.5' }, 'EBB_ROW_VALUE'],
    [{ quantity: '' }, 'EBB_ROW_VALUE'],
    [{ price: '"1,5"' }, 'EBB_ROW_VALUE'],
    [{ price: 'free' }, 'EBB_ROW_VALUE'],
    [{ at: '12/1/2010 8:26' }, 'EBB_ROW_VALUE'],
    [{ quantity: '0' }, 'EBB_ROW_NOT_A_SALE'],
    [{ quantity: '-1.0' }, 'EBB_ROW_NOT_A_SALE'],
    [{ price: '0.0' }, 'EBB_ROW_NOT_A_SALE'],
    [{ price: '-11062.06' }, 'EBB_ROW_NOT_A_SALE'],
    [{ customer: '12346.0' }, 'EBB_ROW_CONFLICT'],
  ])('where it says %o: %s', (line, code) => {
    const { rows, refused } = read({}, line, { invoice: '2' })
    expect(refused).toMatchObject([{ row: 2, raw: lineOf(line), code }])
    expect(rows.map(({ item }) => item['messageId'])).toEqual(['1', '2'])
    expect(rows[0]?.item['properties']).toMatchObject({ total: '2.50' })
  })

  test('where it has another number of columns', () => {
    const file = fileOf(HEADER, lineOf({}), '536365,too,short')
    const { rows, refused } = readOnlineRetail(file, {
      digest: 'd',
      timeZone: 'UTC',
      now: Date.UTC(2026, 0, 1),
    })
    expect(rows).toHaveLength(1)
    expect(refused).toMatchObject([{ row: 2, code: 'EBB_ROW_COLUMNS', raw: '536365,too,short' }])
  })
})

test('a file that lacks a column is refused as a whole', () => {
  const file = fileOf('InvoiceNo,Quantity,InvoiceDate,CustomerID', '1,1,2010-12-01,1')
  expect(() =>
    readOnlineRetail(file, { digest: 'd', timeZone: 'UTC', now: Date.UTC(2026, 0, 1) }),
  ).toThrow(
    expect.objectContaining({
      code: 'EBB_FILE_COLUMN_MISSING',
      message: expect.stringContaining('UnitPrice'),
    }),
  )
})
