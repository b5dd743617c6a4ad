import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'
import {
  customerOf,
  orderBy,
  postEvents,
  type StartedShop,
  seen,
  startedShop,
} from './live-shop.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-up-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const up = (more: NodeJS.ProcessEnv = {}, data = 'data'): NodeProcess =>
  startEbb(['up', '--data', join(folder, data)], {
    env: { ...process.env, ...ANY_PORTS, EBB_LOG_LEVEL: 'warn', ...more },
  })

const readerKey = async (): Promise<string> => {
  const options = ['--source', 'crm', '--secret', '--scope', 'customers:read']
  const made = await runEbb(['keys', 'create', ...options, '--data', join(folder, 'data')])
  return made.out.trim()
}

const lifetimeOrders = async (shop: StartedShop, secret: string, key: string): Promise<number> =>
  (await customerOf(shop, secret, key))?.windows.lifetime.orders ?? 0

describe('ebb up', () => {
  test('takes events with its printed key, knows the customer, and again after a restart', async () => {
    const secret = await readerKey()
    const first = up()
    const shop = await startedShop(first)
    const batch = [orderBy('ann', 'o1'), { event: 'Order Completed' }, orderBy('ann', 'o2')]
    const answer = await postEvents(shop, batch)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      accepted: 2,
      refused: 1,
      results: [
        { status: 'accepted' },
        { status: 'refused', code: 'EBB_EVENT_CUSTOMER_MISSING' },
        { status: 'accepted' },
      ],
    })
    const ann = await seen(async () => {
      const found = await customerOf(shop, secret, 'u:ann')
      return found?.windows.lifetime.orders === 2 && found
    })
    expect(ann).toMatchObject({
      customerId: 'u:ann',
      userId: 'ann',
      currency: 'USD',
      rhythm: { orders: 2, repeatDays: 0, lastOrderId: 'o2' },
      windows: { d1: { grossMinor: 3_980 }, lifetime: { orders: 2, grossMinor: 3_980 } },
    })
    first.kill('SIGTERM')
    expect(await first.ended).toMatchObject({
      code: 0,
      signal: null,
      err: expect.stringMatching(/^Stopping; all data stay in \S+\n$/),
    })

    const second = up()
    const again = await startedShop(second)
    expect(again.writeKey).toBe(shop.writeKey)
    const { asOf: _, windows, ...facts } = ann
    expect(await customerOf(again, secret, 'u:ann')).toMatchObject({
      ...facts,
      windows: { lifetime: windows.lifetime },
    })
    expect((await postEvents(again, orderBy('ann', 'o1'))).status).toBe(200)
    expect((await postEvents(again, orderBy('ann', 'o3'))).status).toBe(200)
    const orders = await seen(async () => {
      const count = await lifetimeOrders(again, secret, 'u:ann')
      return count > 2 && count
    })
    expect(orders).toBe(3)
    second.kill('SIGINT')
    expect(await second.ended).toMatchObject({ code: 0, signal: null })
  })

  test('that is killed under load counts every acknowledged order exactly once', async () => {
    const secret = await readerKey()
    const first = up()
    const load = await postUntilKilled(first, await startedShop(first))
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
    expect(load.acknowledged.length).toBeGreaterThanOrEqual(KILL_AFTER)
    expect(load.unknown.length).toBeGreaterThan(0)

    const shop = await startedShop(up())
    for (const customer of CUSTOMERS) {
      const sure = ordersOf(customer, load.acknowledged)
      const known = await seen(async () => {
        const count = await lifetimeOrders(shop, secret, `u:${customer}`)
        return count >= sure && count
      })
      expect(known).toBeLessThanOrEqual(sure + ordersOf(customer, load.unknown))
    }
    // What a client does that got no answer, and one that lost its memory does too.
    for (const batch of [...load.unknown, ...load.acknowledged.slice(0, 10)])
      expect((await postEvents(shop, batch)).status).toBe(200)
    expect(
      (
        await postEvents(
          shop,
          CUSTOMERS.map((id) => orderBy(id, `last-${id}`)),
        )
      ).status,
    ).toBe(200)
    for (const customer of CUSTOMERS) {
      const view = await seen(async () => {
        const found = await customerOf(shop, secret, `u:${customer}`)
        return found?.rhythm?.lastOrderId === `last-${customer}` && found
      })
      const sent = ordersOf(customer, [...load.acknowledged, ...load.unknown])
      expect(view.windows.lifetime.orders).toBe(sent + 1)
    }
  })

  test('says plainly that its folder is in use, and lets the owner go on', async () => {
    const owner = up()
    const shop = await startedShop(owner)
    const { code, out, err } = await up().ended
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(
      /^EBB_DATA_IN_USE: .* is in use by process \d+ \(ebb up\) since .*; stop it/,
    )
    expect((await postEvents(shop, orderBy('ann', 'o1'))).status).toBe(200)
  })

  test.each([
    ['collector', 'EBB_COLLECTOR_PORT'],
    ['features', 'EBB_FEATURES_PORT'],
    ['retention', 'EBB_RETENTION_PORT'],
    ['dashboard', 'EBB_INSIGHTS_PORT'],
  ] as const)('says plainly that the port of its %s is taken', async (service, variable) => {
    const shop = await startedShop(up())
    const { port } = new URL(shop[service]!)
    const { code, out, err } = await up({ [variable]: port }, 'other').ended
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`EBB_HTTP_PORT_IN_USE: Something else listens on this port already`)
    expect(err).toContain(`127.0.0.1:${port}`)
    expect(err).toContain(`Set ${variable} to a free port`)
  })

  test('refuses another currency for a folder that was begun with one', async () => {
    const first = up({ EBB_CURRENCY: 'EUR' })
    await startedShop(first)
    first.kill('SIGTERM')
    await first.ended
    const { code, err } = await up({ EBB_CURRENCY: 'USD' }).ended
    expect(code).toBe(1)
    expect(err).toMatch(/^EBB_INSTALLATION_DIFFERS: .*currency is EUR, not USD/)
  })

  test.each([
    ['EBB_TIME_ZONE', 'Mars/Olympus'],
    ['EBB_CURRENCY', 'EURO'],
    ['EBB_COLLECTOR_PORT', '99999'],
  ])('refuses to begin with %s=%s', async (variable, value) => {
    const { code, out, err } = await up({ [variable]: value }).ended
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('EBB_CONFIG_INVALID')
    expect(err).toContain(variable)
  })
})

const CUSTOMERS = ['ann', 'bob', 'eve']
const KILL_AFTER = 12
const CLIENTS = 4

type Batch = readonly ReturnType<typeof orderBy>[]

interface Load {
  readonly acknowledged: Batch[]
  /** Sent, and no answer came. */
  readonly unknown: Batch[]
}

const ordersOf = (customer: string, batches: readonly Batch[]): number =>
  batches.flat().filter(({ userId }) => userId === customer).length

/** Several clients post at once, and go on until nobody answers: the kill comes amid them. */
const postUntilKilled = async (ebb: NodeProcess, shop: StartedShop): Promise<Load> => {
  const load: Load = { acknowledged: [], unknown: [] }
  let made = 0
  const nextBatch = (): Batch =>
    Array.from({ length: 20 }, () => {
      made += 1
      return orderBy(CUSTOMERS[made % CUSTOMERS.length]!, `o${made}`)
    })
  const client = async (): Promise<void> => {
    for (;;) {
      const batch = nextBatch()
      const answer = await postEvents(shop, batch).catch(() => undefined)
      if (answer === undefined) {
        load.unknown.push(batch)
        return
      }
      expect(answer.status).toBe(200)
      load.acknowledged.push(batch)
      if (load.acknowledged.length === KILL_AFTER) ebb.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return load
}
