import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alertsCommand, followAlerts } from './alerts.ts'
import { day, live, order, type TestShop, testShop } from './shop-fixture.ts'

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const daily = (from: number, until: number): number[] =>
  Array.from({ length: until - from + 1 }, (_, i) => day(from + i))

/** Bob and Anna ordered once, a day apart, and live in different partitions; Anna comes back. */
const twoCustomers = async (): Promise<void> => {
  expect(partitionOf('u:bob', 2)).not.toBe(partitionOf('u:anna', 2))
  await shop.live([order('anna', day(1)), order('bob', day(0))], daily(2, 70))
  await shop.live([order('anna', day(71))], daily(72, 72))
}

test('alerts of all partitions are listed in the order they were raised', async () => {
  await twoCustomers()
  expect(await shop.run(alertsCommand)).toEqual([
    '2026-01-30 01:00  healthy→light     u:bob  quiet  28 d  risk 0.80  loss 2.54 EUR  why ?',
    '2026-01-31 01:00  healthy→light     u:anna  quiet  28 d  risk 0.80  loss 2.54 EUR  why ?',
    '2026-03-08 01:00  light→moderate    u:bob  quiet  65 d  risk 0.86  loss 2.73 EUR  why ?',
    '2026-03-09 01:00  light→moderate    u:anna  quiet  65 d  risk 0.86  loss 2.73 EUR  why ?',
    '2026-03-12 01:00  moderate→healthy  u:anna  recovered  70 d  risk 0.56',
  ])
})

test('an alert that a crash published twice is listed once', async () => {
  await twoCustomers()
  await shop.owned(async ({ log }) => {
    const from = { topic: ALERTS, partition: partitionOf('u:bob', 2) }
    await log.append(from, (await log.read(from, 0, 1)).records)
  })
  expect(await shop.run(alertsCommand)).toHaveLength(5)
})

test('alerts can be chosen by kind, tier, customer and day', async () => {
  await twoCustomers()
  const count = async (...args: string[]) => (await shop.run(alertsCommand, ...args)).length
  expect(await count('--kind', 'recovered')).toBe(1)
  expect(await count('--kind', 'at_risk', 'recovered')).toBe(5)
  expect(await count('--tier', 'light')).toBe(2)
  expect(await count('--customer', 'anna')).toBe(3)
  expect(await count('--customer', 'u:bob', '--tier', 'moderate')).toBe(1)
  expect(await count('--since', '2026-03-09')).toBe(2)
  expect(await count('--since', '2026-03-09T01:00:00Z')).toBe(1)
})

test('for programs each line is an alert record', async () => {
  await twoCustomers()
  const { decode } = messageCodec(AlertRecord)
  const lines = await shop.run(alertsCommand, '--json', '--kind', 'at_risk')
  const alerts = lines.map((line) => decode(Buffer.from(line)))
  expect(alerts.map(({ customerId }) => customerId)).toEqual(['u:bob', 'u:anna', 'u:bob', 'u:anna'])
})

test('where there are no alerts, or none that match, it is said beside standard output', async () => {
  await shop.live([order('bob', day(0))], [day(1)])
  expect(await shop.run(alertsCommand)).toEqual([])
  expect(shop.told.at(-1)).toContain('No alerts yet')
  await shop.live([], [day(30)])
  expect(await shop.run(alertsCommand, '--tier', 'heavy')).toEqual([])
  expect(shop.told.at(-1)).toBe('Nothing matches. Alerts in all: 1.')
})

test('following prints what is raised later, until Ctrl-C', async () => {
  await shop.live([order('bob', day(0))], [day(30)])
  const light = shop.prints(/healthy→light/)
  const following = shop.run(alertsCommand, '--follow')
  await light
  const moderate = shop.prints(/light→moderate/)
  await shop.live([], [day(70)])
  await moderate
  shop.interrupt()
  expect(await following).toHaveLength(2)
  expect(shop.exitCodes).toEqual([130])
})

test('a follower from the end hears only what is raised from then on', async () => {
  await shop.live([order('bob', day(0))], [day(30)])
  await shop.owned(async (engines) => {
    const stop = new AbortController()
    const alerts = followAlerts(engines.log, { signal: stop.signal, onRetry: () => {} })
    const next = alerts.next()
    // The follower asks for the ends before it gives the turn away to the next append.
    await live(engines, [], [day(70)])
    expect((await next).value?.tier).toBe('moderate')
    await live(engines, [], [day(150)])
    expect((await alerts.next()).value?.tier).toBe('heavy')
    stop.abort()
    expect((await alerts.next()).done).toBe(true)
  })
})

test('a follower waits while the log is away, and misses nothing', async () => {
  await shop.live([order('bob', day(0))], [day(30)])
  await shop.owned(async (engines) => {
    const stop = new AbortController()
    const failures: string[] = []
    let reads = 0
    let isAway = true
    const read: typeof engines.log.read = async (...slice) => {
      reads += 1
      // The ends of the two partitions are asked for while it is there.
      if (isAway && reads > 2) throw new TransientError('EBB_KAFKA_UNAVAILABLE', 'nobody answers')
      return engines.log.read(...slice)
    }
    const onRetry = ({ code }: TransientError): void => {
      failures.push(code)
      if (failures.length === 2) isAway = false
      if (failures.length === 3) stop.abort()
    }
    const log = { ...engines.log, read }
    const alerts = followAlerts(log, { signal: stop.signal, onRetry })
    const next = alerts.next()
    await live(engines, [], [day(70)])
    expect((await next).value?.tier).toBe('moderate')
    expect(failures).toHaveLength(2)
    isAway = true
    expect((await alerts.next()).done).toBe(true)
    expect(failures).toHaveLength(3)
  })
})

test('an alert of another version of Ebb is named by partition and offset', async () => {
  await shop.owned(({ log }) =>
    log.append({ topic: ALERTS, partition: 1 }, [{ key: 'u:bob', value: Buffer.from('{}') }]),
  )
  const run = shop.run(alertsCommand)
  await expect(run).rejects.toThrow('EBB_RECORD_UNREADABLE')
  await expect(run).rejects.toThrow('ebb.alerts.v1/1@0')
})

test('a folder without data is named, with what to do', async () => {
  const where = `${shop.folder}/elsewhere`
  const run = shop.run(alertsCommand, '--data', where)
  await expect(run).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY', where })
  await expect(run).rejects.toThrow('Start `ebb up`')
})

test('an instant that is none, and a kind that is none, are refused', async () => {
  for (const args of [
    ['--since', 'yesterday'],
    ['--since', '2026-02-30'],
    ['--kind', 'angry'],
  ])
    await expect(shop.run(alertsCommand, ...args)).rejects.toThrow('is invalid')
})
