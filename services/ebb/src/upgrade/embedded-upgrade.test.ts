import { join } from 'node:path'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS, EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { openSqlitePartitionStore } from '@ebb/embedded/sqlite-partition-store'
import { wallClock } from '@ebb/runtime/clock'
import { unpackScorerState } from '@ebb/scorer/scorer-state'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { alertsCommand } from '../commands/alerts.ts'
import { customerCommand } from '../commands/customer.ts'
import { keysCommand } from '../commands/keys.ts'
import { seen } from '../commands/live-shop.ts'
import { readAll } from '../commands/recomputation-fixture.ts'
import { type TestShop, testShop } from '../commands/shop-fixture.ts'
import { runRebuild } from '../rebuild/run-rebuild.ts'
import { featuresStates, scannedStates } from '../scanned-states.ts'
import { copyOfEarlierData, EARLIER, removeCopy } from './earlier-data.ts'
import { digestOfVersion1 } from './facts-of-version-1.ts'
import { orderOf } from './fixture-history.ts'
import { type RunningCopy, startOn } from './running-copy.ts'

let folder: string
let terminal: TestShop
beforeEach(() => {
  folder = copyOfEarlierData()
  terminal = testShop(embeddedEngines)
})
afterEach(() => {
  removeCopy(folder)
  terminal.remove()
})

const { counted } = EARLIER
const run = (command: typeof alertsCommand, ...args: string[]): Promise<string[]> =>
  terminal.run(command, ...args, '--data', folder)
const { decode } = messageCodec(AlertRecord)
const alertsIn = async ({ engines }: RunningCopy): Promise<AlertRecord[]> =>
  (await readAll(engines.log, ALERTS)).map(({ record }) => decode(record.value))
const storeOf = (processor: string) => {
  const store = openSqlitePartitionStore(join(folder, `${processor}.db`), 'killed-process')
  onTestFinished(() => store.close())
  return store
}

describe(`data that version ${EARLIER.version} wrote`, () => {
  test('unpacks to the states that it had counted', async () => {
    const states = await featuresStates(storeOf('features'), EMBEDDED_PARTITIONS)
    expect(states).toHaveLength(counted.customers)
    expect(digestOfVersion1(states, counted.clock)).toBe(counted.statesDigest)
    const risks = await scannedStates(storeOf('scorer'), EMBEDDED_PARTITIONS, unpackScorerState)
    const stages = Object.fromEntries(risks.map(([key, { risk }]) => [key, risk.stage]))
    expect(stages).toEqual({
      ...{ 'u:issued': 1, 'u:reserved': 1, 'u:redeemed': 1, 'u:waiting': 1 },
      ...{ 'u:returning': 0, 'u:healthy': 0, 'u:regular': 0 },
    })
  })

  test('is counted the same from its log, by this version', async () => {
    const request = {
      ...{ place: { folder, namespace: '' }, now: wallClock.now },
      ...{ interrupted: new AbortController().signal, onProgress: () => {}, onRetry: () => {} },
    }
    const rebuilt = await runRebuild(embeddedEngines, request)
    const { customers, clock } = counted
    expect(rebuilt).toMatchObject({ generation: 1, customers, clock })
    const states = await featuresStates(storeOf('features.g1'), EMBEDDED_PARTITIONS)
    expect(digestOfVersion1(states, clock)).toBe(counted.statesDigest)
    // And what that version did not know is found in its log.
    expect(states.some(([, { openVisits }]) => openVisits.length > 0)).toBe(true)
  })

  test('is shown by the commands', async () => {
    const [regular] = await run(customerCommand, 'regular', '--json')
    const { customer, silence } = JSON.parse(regular!)
    expect(customer.rhythm).toMatchObject({ orders: 3 })
    expect(customer.windows.lifetime).toMatchObject({ netMinor: 8_000, refunds: 1 })
    expect(silence.tier).toBe('healthy')
    const [visitor] = await run(customerCommand, 'visitor', '--json')
    expect(JSON.parse(visitor!).customer.consent).toEqual({ analytics: true, marketing: false })
    const alerts = (await run(alertsCommand, '--json')).map((line) => JSON.parse(line))
    expect(alerts.map(({ kind }) => kind).sort()).toEqual([
      ...Array.from({ length: 5 }, () => 'at_risk'),
      'recovered',
    ])
    const keys = (await run(keysCommand, 'list', '--json')).map((line) => JSON.parse(line))
    expect(keys.map(({ kind }) => kind).sort()).toEqual(['person', 'secret', 'write'])
  })
})

describe(`this version, started on what version ${EARLIER.version} wrote`, () => {
  let ebb: RunningCopy
  beforeEach(async () => {
    ebb = await startOn({ engines: embeddedEngines, folder })
  })
  afterEach(() => ebb.stop())

  test('knows its keys, drains its spool, and folds new events onto its states', async () => {
    const spooled = await seen(() => ebb.customer('u:spooled'))
    expect(spooled.rhythm?.orders).toBe(1)
    expect((await ebb.post(orderOf('healthy', EARLIER.now))).status).toBe(200)
    const healthy = await seen(async () => {
      const found = await ebb.customer('u:healthy')
      return found?.rhythm?.orders === 2 && found
    })
    expect(healthy.windows.lifetime).toMatchObject({ netMinor: 6_000 })
  })

  test('raises what silence makes due, and nothing that was raised', async () => {
    const before = await alertsIn(ebb)
    ebb.clock.at += 30 * DAY_MS
    const due = await seen(async () => {
      const all = await alertsIn(ebb)
      return all.some(({ customerId }) => customerId === 'u:healthy') && all
    })
    expect(due.filter(({ customerId }) => customerId === 'u:healthy')).toMatchObject([
      { kind: 'at_risk', tier: 'light', previousTier: 'healthy' },
    ])
    expect(due).toEqual(expect.arrayContaining(before))
    expect(new Set(due.map(({ alertId }) => alertId)).size).toBe(due.length)
  })
})
