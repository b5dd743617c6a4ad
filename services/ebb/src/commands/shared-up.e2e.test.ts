import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY_MS } from '@ebb/customer/calendar'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import type { Ended, NodeProcess } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import {
  customerOf,
  orderBy,
  postEvents,
  type StartedShop,
  seen,
  startedShop,
} from './live-shop.ts'

const kafka = await useKafka()
const redis = await useRedis()

const PARTITIONS = 4
const ENV = {
  ...process.env,
  ...ANY_PORTS,
  EBB_PARTITIONS: String(PARTITIONS),
}
const CUSTOMERS = Array.from({ length: 12 }, (_, i) => `c${i}`)

describe.skipIf(kafka === undefined || redis === undefined)('on Kafka and Redis', () => {
  let folder: string
  let options: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-shared-'))
    options = sharedOptions(kafka!, redis!, uniqueName('up'))
  })
  afterEach(async () => {
    await endAll()
    rmSync(folder, { recursive: true })
  })

  const ebb = (...args: string[]): Promise<Ended> => runEbb([...options, ...args], { env: ENV })
  const up = (name: string, more: NodeJS.ProcessEnv = {}): NodeProcess =>
    startEbb([...options, 'up', '--data', join(folder, name)], { env: { ...ENV, ...more } })
  const secretKey = async (name: string): Promise<string> => {
    const rights = ['--source', 'crm', '--secret', '--scope', 'customers:read']
    return (await ebb('keys', 'create', ...rights, '--data', join(folder, name))).out.trim()
  }

  test('ebb up takes events, and the other commands look on beside it', async () => {
    await ebb('topics', 'apply')
    const data = ['--data', join(folder, 'a')]
    const running = up('a', { EBB_LOG_LEVEL: 'warn' })
    const shop = await startedShop(running)
    const longAgo = new Date(Date.now() - 200 * DAY_MS).toISOString()
    const batch = [{ ...orderBy('ann', 'o1'), timestamp: longAgo }, { event: 'Order Completed' }]
    expect(await (await postEvents(shop, batch)).json()).toMatchObject({ accepted: 1, refused: 1 })
    await running.line(/→light .* u:ann /)

    const [customer, alerts, rejects, topics, doctor, keys] = await Promise.all([
      ebb('customer', 'ann', '--json', ...data),
      ebb('alerts', '--json', ...data),
      ebb('rejects', ...data),
      ebb('topics', ...data),
      ebb('doctor', ...portsOf(shop), ...data),
      ebb('keys', 'list', ...data),
    ])
    expect(lastJson(customer)).toMatchObject({ customer: { windows: { lifetime: { orders: 1 } } } })
    expect(alerts.out.split('\n')[0]).toContain('"customerId":"u:ann"')
    expect(rejects.out).toContain('EBB_EVENT_CUSTOMER_MISSING')
    expect(topics.out).toMatch(/^ebb\.events\.v1 +4 /m)
    expect(doctor.out).toMatch(/ 0 fail$/m)
    expect(keys.out).toMatch(/ write +storefront /)
    for (const looked of [customer, alerts, rejects, topics, doctor, keys])
      expect(looked).toMatchObject({ code: 0 })

    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, signal: null })
  })

  test('two of ebb up share the partitions, and one goes on alone with all of them', async () => {
    await ebb('topics', 'apply')
    const secret = await secretKey('b')
    const first = up('a', { EBB_LOG_LEVEL: 'debug' })
    const shops = [await startedShop(first)]
    for (const name of PROCESSORS) await first.line(acquires(name), 'err')
    const second = up('b', { EBB_LOG_LEVEL: 'debug' })
    shops.push(await startedShop(second))
    for (const name of PROCESSORS) await second.line(acquires(name), 'err')

    const orders = CUSTOMERS.map((who) => orderBy(who, `1-${who}`))
    for (const shop of shops) expect((await postEvents(shop, orders)).status).toBe(200)
    const countsAre = (count: number) =>
      seen(async () => {
        const views = CUSTOMERS.map((who) => customerOf(shops[1]!, secret, `u:${who}`))
        const counts = (await Promise.all(views)).map((each) => each?.windows.lifetime.orders ?? 0)
        return counts.every((each) => each >= count) && counts
      })
    expect(await countsAre(1)).toEqual(CUSTOMERS.map(() => 1))

    first.kill('SIGTERM')
    const ended = await first.ended
    expect(ended).toMatchObject({ code: 0, signal: null })
    for (const name of PROCESSORS) expect(heldBy(ended, name)).toHaveLength(PARTITIONS / 2)
    for (const name of PROCESSORS)
      for (const partition of heldBy(ended, name))
        await second.line(acquires(name, partition), 'err')
    const more = CUSTOMERS.map((who) => orderBy(who, `2-${who}`))
    expect((await postEvents(shops[1]!, [...orders, ...more])).status).toBe(200)
    expect(await countsAre(2)).toEqual(CUSTOMERS.map(() => 2))
    second.kill('SIGTERM')
    const last = await second.ended
    expect(last).toMatchObject({ code: 0, signal: null })
    for (const name of PROCESSORS) expect(heldBy(last, name)).toHaveLength(PARTITIONS)
  })

  test('ebb demo raises alerts, and goes on where it stopped', async () => {
    const clocks = []
    for (const _ of [1, 2]) {
      const demo = startEbb([...options, 'demo', '--data', join(folder, 'demo')], { env: ENV })
      await demo.line(/^\d{4}-\d\d-\d\d .*→ ?(light|moderate|heavy)\b/)
      demo.kill('SIGINT')
      expect(await demo.ended).toMatchObject({ code: 0, signal: null })
      clocks.push(await demoClock())
    }
    expect(clocks[1]).toBeGreaterThan(clocks[0]!)
  })

  /** Of the slowest partition of the scorer. */
  const demoClock = async (): Promise<number> => {
    const args = [...options.slice(0, -1), `${options.at(-1)}.demo`, 'topics', '--json']
    const { processors } = lastJson(await runEbb(args)) as { processors: Progress[] }
    return Math.min(...processors.at(-1)!.standings.map(({ clock }) => clock))
  }
})

interface Progress {
  readonly standings: readonly { readonly clock: number }[]
}

const portsOf = ({ collector, features }: StartedShop): string[] => [
  ...['--collector-port', new URL(collector).port],
  ...['--features-port', new URL(features).port],
]

const PROCESSORS = ['features', 'scorer']

/** The line of a log of everything that says so, of any partition unless one is given. */
const acquires = (processor: string, partition: number | string = '\\d+'): RegExp =>
  new RegExp(`"processor":"${processor}","partition":${partition},.*"partition acquired"`)

/** Partitions that a process had when it was told to stop; it logged everything. */
const heldBy = ({ err }: Ended, processor: string): number[] => {
  const held = new Set<number>()
  for (const line of err.split('\n').filter((each) => each.startsWith('{'))) {
    const { msg, partition, ...of } = JSON.parse(line)
    if (msg === 'stopping') break
    if (of.processor !== processor) continue
    if (msg === 'partition acquired') held.add(partition)
    if (msg === 'partition given up') held.delete(partition)
  }
  return [...held]
}
