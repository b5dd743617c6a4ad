import { describe, expect, test } from 'vitest'
import { fileOf } from '../replay/replay-fixture.ts'
import { parseShopColumns, readShopOrders, type ShopSettings } from './shop-orders.ts'

const SETTINGS: ShopSettings = {
  columns: {
    ...{ order: 'no', amount: 'sum', time: 'at', customer: 'who' },
    ...{ status: 'state', refunded: 'back' },
  },
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  now: Date.UTC(2024, 5, 1),
}

const read = (rows: readonly string[], over: Partial<ShopSettings> = {}) =>
  readShopOrders(fileOf('no,sum,at,who,state,back', ...rows), { ...SETTINGS, ...over })

const codes = ({ refused }: ReturnType<typeof read>) =>
  refused.map(({ row, code }) => `${row} ${code}`)

describe('a row of the shop’s own file', () => {
  test('is one order, with what its columns say', () => {
    const { orders, refused } = read(['7,12.50,2024-05-01 10:00,ann,paid,2.5'])
    expect(orders).toEqual([
      {
        ...{ row: 1, orderId: '7', isCancelled: false, amountMinor: 1_250, refundedMinor: 250 },
        ...{ placedAt: Date.UTC(2024, 4, 1, 8), customer: 'ann' },
      },
    ])
    expect(refused).toEqual([])
  })

  test('needs no more than an order and an amount, in minor units of the currency', () => {
    const { orders, span } = read(['7,1250,,,,'], {
      columns: { order: 'no', amount: 'sum' },
      currency: 'JPY',
    })
    expect(orders).toEqual([{ row: 1, orderId: '7', isCancelled: false, amountMinor: 1_250 }])
    expect(span).toBeUndefined()
  })

  test('is cancelled or refunded by its status; other statuses are counted', () => {
    const at = '2024-05-01'
    const { orders, otherStatuses } = read([
      ...[`1,9,${at},,Cancelled,`, `2,9,${at},,canceled,`, `3,9,${at},,REFUNDED,`],
      ...[`4,9,${at},,paid,`, `5,9,${at},,Storniert,`, `6,9,${at},,paid,`, `7,9,${at},,,`],
    ])
    expect(orders.map(({ isCancelled }) => isCancelled)).toEqual([
      ...[true, true, false, false, false, false, false],
    ])
    expect(orders[2]).toMatchObject({ refundedMinor: 900 })
    expect(orders[3]).toMatchObject({ refundedMinor: 0 })
    expect([...otherStatuses]).toEqual([
      ['paid', 2],
      ['Storniert', 1],
    ])
  })

  test('that cannot be used is named, and its order is left out on both sides', () => {
    const at = '2024-05-01'
    const file = read([
      ...[`1,9,${at},,,`, `1,8,${at},,,`, `,9,${at},,,`, `2,"1,234.50",${at},,,`, `3,,${at},,,`],
      ...[`4,-1,${at},,,`, '5,9,1.5.2024,,,', '6,9,2031-01-01,,,', `7,9,${at},,,x`, '8,9'],
      `4,1,${at},,,`,
    ])
    expect(codes(file)).toEqual([
      ...['2 EBB_ROW_CONFLICT', '3 EBB_ROW_VALUE', '4 EBB_ROW_VALUE', '5 EBB_ROW_VALUE'],
      ...['6 EBB_ROW_VALUE', '7 EBB_ROW_TIME', '8 EBB_ROW_TIME', '9 EBB_ROW_VALUE'],
      '10 EBB_ROW_COLUMNS',
    ])
    expect(file.orders.map(({ row, orderId }) => [row, orderId])).toEqual([
      [1, '1'],
      [11, '4'],
    ])
    expect(file.unusableIds).toEqual(new Set(['', '2', '3', '5', '6', '7']))
  })

  test('is a copy where it says again what an earlier one said', () => {
    const line = '1,9,2024-05-01,ann,,'
    expect(read([line, '"1", 9 ,2024-05-01,ann,,'])).toMatchObject({
      ...{ copies: 1, orders: [{ row: 1 }], refused: [] },
    })
  })
})

describe('the span of a file', () => {
  test('goes from its first instant to its last', () => {
    const { span } = read(['1,9,2024-05-02T10:00Z,,,', '2,9,2024-05-01T09:00Z,,,'])
    expect(span).toEqual({ from: Date.UTC(2024, 4, 1, 9), until: Date.UTC(2024, 4, 2, 10) })
  })

  test('ends with the whole of a day that has no time, on the clocks of the shop', () => {
    const { span } = read(['1,9,2024-05-02,,,', '2,9,2024-05-01,,,'])
    expect(span).toEqual({ from: Date.UTC(2024, 3, 30, 22), until: Date.UTC(2024, 4, 2, 22) - 1 })
  })
})

test('a file that is a header and nothing else is refused', () => {
  expect(() => read([])).toThrow(expect.objectContaining({ code: 'EBB_FILE_EMPTY' }))
})

test('--map needs an order and an amount, and takes nothing that it does not know', () => {
  expect(parseShopColumns('amount=Total, order=Number,time=Date')).toEqual({
    ...{ amount: 'Total', order: 'Number', time: 'Date' },
  })
  expect(() => parseShopColumns('order=a,time=,who=c')).toThrow(
    expect.objectContaining({
      code: 'EBB_REPLAY_OPTION',
      what: 'who is not known, time has no column, amount is missing',
    }),
  )
})
