import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { crossings, DEFAULT_TIER_POLICY as POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BY_TIME } from './replay-fixture.ts'
import { type ReplayRequest, runReplay } from './run-replay.ts'

const HEADER = 'who,no,at,sum'
/** Ann orders on two days and then no more; Bob comes back after he was missed. */
const ORDERS = [
  'ann,1,2024-01-01 10:00,10.00',
  'ann,2,2024-01-20 10:00,20.00',
  'bob,3,2024-01-05 09:30,5.50',
  'bob,4,2024-03-05 09:30,5.50',
  'eve,5,2024-03-20 23:59,',
]

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-run-'))
  file = join(folder, 'orders.csv')
  write(...ORDERS)
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (...lines: string[]): void => writeFileSync(file, [HEADER, ...lines].join('\n'))

const run = (over: Partial<ReplayRequest> = {}) =>
  runReplay(embeddedEngines, {
    ...BY_TIME,
    path: file,
    format: 'csv',
    map: 'customer=who,order=no,time=at,amount=sum',
    currency: 'EUR',
    now: Date.UTC(2024, 5, 1),
    root: { folder: join(folder, 'replays'), namespace: 'replay' },
    partitions: 4,
    fresh: false,
    interrupted: new AbortController().signal,
    onProgress: () => {},
    onRetry: () => {},
    ...over,
  })

const summaryOf = async (over: Partial<ReplayRequest> = {}) => (await run(over))?.summary

describe('a replay', () => {
  test('counts what the file holds, and hears who fell silent', async () => {
    expect(await summaryOf()).toMatchObject({
      customers: 3,
      orders: 5,
      refunds: 0,
      rejects: 0,
      revenue: { amount: 4_100, currency: 'EUR' },
      alerts: { light: 2 },
      recovered: 1,
      lost: 0,
      silent: 1,
    })
  })

  test('raises its alerts on the clock of the file', async () => {
    const { alerts } = (await run())!
    const clocks = alerts.map(({ raisedAt }) => raisedAt)
    expect(Math.min(...clocks)).toBeGreaterThan(Date.UTC(2024, 0, 20))
    expect(Math.max(...clocks)).toBeLessThanOrEqual(Date.UTC(2024, 2, 21))
    const back = alerts.find(({ kind }) => kind === 'recovered')
    expect(back).toMatchObject({ customerId: 'u:bob', causeOrderId: '4' })
    expect(back?.raisedAt).toBe(Date.UTC(2024, 2, 5, 9))
  })

  test('counts refused rows, and copies not at all', async () => {
    write(...ORDERS, ORDERS[0]!, ',6,2024-01-06,5', 'eve,5,2024-01-07,9', 'ann,7,2024-01-02,-3')
    const { summary, copies } = (await run())!
    expect(summary).toMatchObject({ orders: 5, rejects: 3, revenue: { amount: 4_100 } })
    expect(copies).toBe(1)
  })

  test('reaches its end where the last row, or every row, is refused for its amount', async () => {
    write(ORDERS[0]!, 'bob,2,2024-05-05,-1')
    expect(await summaryOf()).toMatchObject({ orders: 1, rejects: 1 })
    write('bob,2,2024-05-05,-1')
    expect(await summaryOf()).toMatchObject({ orders: 0, rejects: 1 })
  })

  test('that is continued later takes for the future what it took for it before', async () => {
    write('ann,1,2024-01-01 10:05,1', 'bob,2,2024-01-01 10:20,1')
    const first = await summaryOf({ now: Date.UTC(2024, 0, 1, 10, 10) })
    expect(first).toMatchObject({ orders: 1, rejects: 1 })
    const now = Date.UTC(2024, 0, 5)
    expect(await summaryOf({ now })).toEqual(first)
    expect(await summaryOf({ now, fresh: true })).toMatchObject({ orders: 2, rejects: 0 })
  })

  test('knows an equal row by its values, and lets a corrected row follow a refused one', async () => {
    write('ann,1,2024-01-01 10:00,10.00', '', '"ann", 1 ,2024-01-01 10:00,"10.00"')
    expect(await summaryOf()).toMatchObject({ orders: 1, rejects: 0 })
    write('ann,1,2024-01-01 10:00,-10.00', 'ann,1,2024-01-01 10:00,10.00')
    expect(await summaryOf()).toMatchObject({ orders: 1, rejects: 1 })
  })

  test('refuses a file that has a header and nothing else', async () => {
    write()
    await expect(run()).rejects.toMatchObject({ code: 'EBB_FILE_EMPTY' })
  })

  test('has nothing to do when it is finished, and says the same', async () => {
    const first = await run()
    expect(await run()).toEqual(first)
    expect(await run({ fresh: true })).toEqual(first)
    expect(readdirSync(join(folder, 'replays'))).toHaveLength(1)
  })

  test('of the same file has the same folder wherever the file lies', async () => {
    const first = await run()
    const elsewhere = join(folder, 'copy.csv')
    writeFileSync(elsewhere, [HEADER, ...ORDERS].join('\n'))
    expect(await run({ path: elsewhere })).toEqual(first)
  })

  test('of another file, or with other options, is another one', async () => {
    const options: Partial<ReplayRequest>[] = [
      {},
      { timeZone: 'Europe/Berlin' },
      { currency: 'USD' },
      { order: { kind: 'reverse' } },
      { repeats: { percent: 50, seed: 1 } },
      { map: 'customer=who,time=at,amount=sum' },
    ]
    const folders = new Set<string>()
    for (const over of options) folders.add((await run(over))!.place.folder)
    write(...ORDERS, 'zoe,8,2024-03-20 23:59,1')
    folders.add((await run())!.place.folder)
    expect(folders.size).toBe(options.length + 1)
  })

  test('tells how far it is, and comes to its end', async () => {
    const told: number[] = []
    const until = Date.UTC(2024, 2, 21)
    const onProgress: ReplayRequest['onProgress'] = (progress) => {
      expect(progress).toMatchObject({ from: Date.UTC(2024, 0, 1, 10), until })
      told.push(progress.clock)
    }
    await run({ onProgress })
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(until)
  })

  test('that is interrupted has no result, and goes on where it stopped', async () => {
    const whole = await run({ root: { folder: join(folder, 'whole'), namespace: 'whole' } })
    const interrupt = new AbortController()
    const stopped = await run({
      interrupted: interrupt.signal,
      onProgress: () => interrupt.abort(),
    })
    expect(stopped).toBeUndefined()
    expect((await run())?.summary).toEqual(whole?.summary)
  })

  test('begins nothing where the file cannot be used', async () => {
    await expect(run({ map: 'customer=nobody,time=at,amount=sum' })).rejects.toMatchObject({
      code: 'EBB_FILE_COLUMN_MISSING',
    })
    expect(() => readdirSync(join(folder, 'replays'))).toThrow('ENOENT')
  })

  test('gives its folder free, also where it fails', async () => {
    const failing = { onProgress: () => expect.fail('the bar broke') }
    await expect(run(failing)).rejects.toThrow()
    expect(await summaryOf()).toBeDefined()
    expect(await summaryOf()).toBeDefined()
  })

  test('reaches its end although the last midnight lies ahead of the wall clock', async () => {
    const now = Date.now()
    write(`ann,1,${new Date(now - 1).toISOString()},1`, 'bob,2,2024-01-05,1')
    expect(await summaryOf({ now })).toMatchObject({ customers: 2, rejects: 0 })
  })

  test('counts days on the clocks of the shop', async () => {
    const [firstAt, lastAt] = [Date.UTC(2024, 0, 1, 22, 30), Date.UTC(2024, 0, 1, 23, 30)]
    write('ann,1,2024-01-01T22:30Z,1', 'ann,2,2024-01-01T23:30Z,1', 'zoe,3,2024-05-01,1')
    for (const [timeZone, repeatDays] of [['UTC', 0] as const, ['Europe/Berlin', 1] as const]) {
      const { alerts } = (await run({ timeZone }))!
      const { light } = crossings({ repeatDays, firstAt, lastAt }, SHIPPED_PRIORS, POLICY)
      expect(alerts.find(({ tier }) => tier === 'light')?.crossedAt).toBe(light)
    }
  })
})
