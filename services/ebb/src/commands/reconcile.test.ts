import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CDNOW } from '../replay/cdnow-sample.ts'
import { readReplayFile } from '../replay/replay-file.ts'
import { BY_TIME } from '../replay/replay-fixture.ts'
import { runReplay } from '../replay/run-replay.ts'
import { reconcileCommand } from './reconcile.ts'
import { day, event, order, type TestShop, testShop } from './shop-fixture.ts'

const MAP = 'order=Order,amount=Total,time=Date,customer=Customer,status=Status'
const HEADER = 'Order,Date,Customer,Total,Status'

let root: string
let data: string
let shop: TestShop
/** CDNOW as its shop would export it. */
let rows: readonly string[][]

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ebb-reconcile-'))
  shop = testShop(embeddedEngines)
  const replay = await runReplay(embeddedEngines, {
    ...BY_TIME,
    ...{ path: CDNOW, format: 'cdnow', map: undefined, currency: 'USD', now: Date.now() },
    ...{ root: { folder: root, namespace: 'replay' }, partitions: 4, fresh: false },
    ...{ interrupted: new AbortController().signal, onProgress: () => {}, onRetry: () => {} },
  })
  data = replay!.place.folder
  const { digest } = await readReplayFile(CDNOW)
  const lines = readFileSync(CDNOW, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  rows = lines.map((line, i) => {
    const [customer, , date, , total] = line.trim().split(/\s+/)
    const day = date!.replace(/(....)(..)(..)/, '$1-$2-$3')
    return [`${digest}:${i + 1}`, day, customer!, total!, 'paid']
  })
}, 60_000)
afterAll(() => {
  shop.remove()
  rmSync(root, { recursive: true })
})

const written = (some: readonly (readonly string[])[]): string => {
  const file = join(root, 'orders.csv')
  writeFileSync(file, [HEADER, ...some.map((row) => row.join(','))].join('\n'))
  return file
}

/** What it printed and told, and its exit code. */
const reconcile = async (file: string, ...more: string[]) => {
  const [codes, told] = [shop.exitCodes.length, shop.told.length]
  const lines = await shop.run(reconcileCommand, file, '--data', data, ...more)
  return { lines, told: shop.told.slice(told), code: shop.exitCodes.slice(codes)[0] ?? 0 }
}

/** Some orders of the shop went wrong on their way. */
const planted = (): string[][] => {
  const changed = rows.map((row) => [...row])
  changed[100]![3] = '1.00'
  changed[200]![4] = 'cancelled'
  changed[300]![3] = 'a lot'
  const unsent = ['a', 'b', 'c'].map((id) => [id, '1997-05-01', 'ann', '10.00', 'paid'])
  return [...changed.slice(0, -25), ...unsent]
}

describe('the orders of CDNOW', () => {
  test('agree with the file that they came from', async () => {
    const { lines, code } = await reconcile(written(rows), '--map', MAP)
    expect(code).toBe(0)
    const text = lines.join('\n')
    expect(text).toMatch(/orders that count +6,919 +6,919\n/)
    expect(text).toMatch(/revenue, gross, USD +244,091\.94 +244,091\.94\n/)
    expect(text).toContain(
      'accuracy        100.00 %  6,919 of 6,919 orders of the shop are the same in Ebb',
    )
    expect(text).toContain('differences     0')
  })

  test('differ where a difference was planted, and nowhere else', async () => {
    const { lines, code } = await reconcile(written(planted()), '--map', MAP)
    expect(code).toBe(1)
    const text = lines.join('\n')
    // Compared are 6,919 without 25 that are gone and one that cannot be read, and 3 new ones.
    expect(text).toContain('accuracy         99.92 %  6,891 of 6,896')
    expect(text).toContain('differences     30')
    expect(text).toMatch(/missing in Ebb: 3\n.+\na +6895 {2}1997-05-01 00:00 {2}ann +10\.00 +–\n/)
    expect(text).toMatch(/not in the file, though placed within its span: 25\n(.+\n){21}… and 5 m/)
    expect(text).toMatch(/cancelled on one side only: 1\n.+\n.+:201 +201 .+ cancelled +\d+\.\d\d\n/)
    expect(text).toMatch(/the amount differs: 1\n.+\n.+:101 +101 .+ 1\.00 +\d+\.\d\d\n/)
    expect(text).toMatch(
      /rows that cannot be used, .+: 1\nrow 301 {2}EBB_ROW_VALUE {2}Total “a lot”/,
    )
    const all = await reconcile(written(planted()), '--map', MAP, '--all')
    expect(all.lines).toHaveLength(lines.length + 4)
  })

  test('are one object for programs, with every difference', async () => {
    const { lines, code } = await reconcile(written(planted()), '--map', MAP, '--json')
    expect([lines.length, code]).toEqual([1, 1])
    const found = JSON.parse(lines[0]!)
    expect(found).toMatchObject({
      ...{ currency: 'USD', compared: 6_896, agreed: 6_891, accuracyPercent: 99.92 },
      ...{ recordsBehind: 0, copies: 0, otherStatuses: { paid: 6_895 } },
      span: { from: '1997-01-01T00:00:00.000Z', until: '1998-06-30T23:59:59.999Z' },
      refused: [{ row: 301, code: 'EBB_ROW_VALUE' }],
    })
    expect(found.differences).toHaveLength(30)
    const [amount] = found.differences
    expect(amount).toMatchObject({
      ...{ kind: 'amount', orderId: rows[100]![0] },
      shop: { row: 101, amountMinor: 100 },
      ebb: [{ customerId: `u:${rows[100]![2]}`, amountMinor: Math.round(+rows[100]![3]! * 100) }],
    })
  })
})

test('orders that were cancelled, refunded or sent for two customers are told apart', async () => {
  const changed = (name: string, userId: string, rest: object) =>
    event(name, day(3), { customer: { userId }, order: { id: `${userId}-${day(1)}`, ...rest } })
  const twice = { ...order('dora', day(1)), id: 'copy', customer: { anonymousId: 'visitor' } }
  await shop.live(
    [
      ...['anna', 'bob', 'carl', 'dora', 'emil'].map((userId) => order(userId, day(1))),
      changed('Order Cancelled', 'anna', {}),
      changed('Order Refunded', 'bob', {}),
      changed('Order Refunded', 'carl', { amountMinor: 500, currency: 'EUR', baseMinor: 500 }),
      changed('Order Cancelled', 'emil', {}),
      twice,
    ],
    [day(4)],
  )
  const file = join(root, 'small.csv')
  const id = (userId: string): string => `${userId}-${day(1)}`
  const lines = [
    'Order,Total,Status,Back',
    ...[`${id('anna')},20,cancelled,`, `${id('bob')},20,refunded,`, `${id('carl')},20,paid,5.00`],
    ...[`${id('dora')},20,paid,0`, `${id('emil')},20,paid,0`],
  ]
  writeFileSync(file, lines.join('\n'))
  const map = 'order=Order,amount=Total,status=Status,refunded=Back'
  const printed = await shop.run(reconcileCommand, file, '--map', map, '--json')
  const found = JSON.parse(printed[0]!)
  expect(found.ebb).toEqual({ orders: 4, grossMinor: 8_000, refundedMinor: 2_500, cancelled: 2 })
  expect(found).toMatchObject({ compared: 4, agreed: 2, accuracyPercent: 50 })
  expect(found.differences).toMatchObject([
    {
      ...{ kind: 'known_twice', orderId: id('dora') },
      ebb: expect.arrayContaining([
        expect.objectContaining({ customerId: 'u:dora' }),
        expect.objectContaining({ customerId: 'a:visitor' }),
      ]),
    },
    { kind: 'cancelled_on_one_side', orderId: id('emil'), ebb: [{ standing: 'cancelled' }] },
  ])
})

test('what cannot be compared ends with 2, its code, and how to mend it', async () => {
  const file = written(rows)
  const faults: readonly [code: string, file: string, ...more: string[]][] = [
    ['EBB_REPLAY_OPTION', file],
    ['EBB_REPLAY_OPTION', file, '--map', 'order=Order'],
    ['EBB_FILE_COLUMN_MISSING', file, '--map', 'order=Order,amount=Sum'],
    ['EBB_CONFIG_TIME_ZONE', file, '--map', MAP, '--time-zone', 'Mars'],
    ['EBB_FILE_UNREADABLE', join(root, 'none.csv'), '--map', MAP],
    ['EBB_DATA_EMPTY', file, '--map', MAP, '--data', join(root, 'none')],
  ]
  for (const [code, ...args] of faults) {
    const { lines, told, code: exit } = await reconcile(...args)
    expect([lines, exit]).toEqual([[], 2])
    expect(told[0]).toContain(code)
  }
})
