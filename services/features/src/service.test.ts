import { FEATURES } from '@ebb/contracts/topics'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  canonical,
  decoded,
  memoryPorts,
  NOON,
  orderEvent,
  PARTITIONS,
  recordOf,
  recordsIn,
} from './features-fixture.ts'
import { type Rig, startRig } from './service-fixture.ts'

const READER = { authorization: 'Bearer reader' }
const ANN = '/v1/customers/u%3Aann'
const DAY_MS = 86_400_000

let rig: Rig
beforeEach(async () => {
  rig = await startRig()
})
afterEach(async () => {
  await rig.service.stop()
  vi.useRealTimers()
})

/** Time for two looks at the engines. */
const TWO_LOOKS_MS = 5_000
const holdLooks = () => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

const order = (id: string, day: number) =>
  recordOf(orderEvent(id, { occurredAt: NOON - day * DAY_MS, consent: { marketing: true } }))

describe('GET /v1/customers/:key', () => {
  test('tells what is known of a customer', async () => {
    const view = recordOf(canonical('v', { occurredAt: NOON - 60_000 }))
    await rig.send(order('o1', 40), order('o2', 3), view)
    const answer = await rig.get(ANN, READER)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      customerId: 'u:ann',
      userId: 'ann',
      asOf: '2024-06-01T12:00:00.000Z',
      currency: 'USD',
      consent: { marketing: true },
      rhythm: {
        orders: 2,
        repeatDays: 1,
        firstAt: '2024-04-22T12:00:00.000Z',
        lastAt: '2024-05-29T12:00:00.000Z',
        lastOrderId: 'o2',
      },
      windows: {
        d1: { orders: 0, productViews: 1 },
        d7: { orders: 1, grossMinor: 1_990 },
        d90: { orders: 2, grossMinor: 3_980 },
        lifetime: { orders: 2, grossMinor: 3_980, productViews: 1 },
      },
      recent: [
        { name: 'Product Viewed', occurredAt: '2024-06-01T11:59:00.000Z' },
        { name: 'Order Completed', occurredAt: '2024-05-29T12:00:00.000Z' },
        { name: 'Order Completed', occurredAt: '2024-04-22T12:00:00.000Z' },
      ],
    })
  })

  test('tells of a visitor who never ordered that there is no rhythm', async () => {
    await rig.send(recordOf(canonical('v', { customer: { anonymousId: 'a/1 ü' } })))
    const answer = await rig.get(`/v1/customers/${encodeURIComponent('a:a/1 ü')}`, READER)
    const body = (await answer.json()) as Record<string, unknown>
    expect(body).toMatchObject({ customerId: 'a:a/1 ü', rhythm: null })
    expect(body).not.toHaveProperty('userId')
    expect(body).not.toHaveProperty('consent')
  })

  test.each(['u%3Abob', 'ann', 'u%3A', '~tick', 'u%3Aann%00'])(
    'answers 404 for %s, of whom nothing was heard',
    async (key) => {
      await rig.send(order('o1', 1))
      const answer = await rig.get(`/v1/customers/${key}`, READER)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toEqual({
        error: {
          code: 'EBB_CUSTOMER_UNKNOWN',
          message: 'Nothing was heard of this customer',
          where: '/v1/customers/:key',
          fix: 'Give the key as u: and the user id, or a: and the anonymous id, URL-encoded',
        },
      })
    },
  )

  test.each([
    ['no key', {}, 'EBB_KEY_MISSING'],
    ['an unknown key', { authorization: 'Bearer guessed' }, 'EBB_KEY_UNKNOWN'],
    ['a key under another scheme', { authorization: 'Basic reader' }, 'EBB_KEY_MISSING'],
    ['a key with something behind it', { authorization: 'Bearer reader x' }, 'EBB_KEY_UNKNOWN'],
    ['a field of every object', { authorization: 'Bearer constructor' }, 'EBB_KEY_UNKNOWN'],
  ])('answers 401 to %s, whether or not there is such a customer', async (_what, headers, code) => {
    await rig.send(order('o1', 1))
    for (const path of [ANN, '/v1/customers/u%3Abob']) {
      const answer = await rig.get(path, headers as Record<string, string>)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toEqual({
        error: {
          code,
          message:
            code === 'EBB_KEY_MISSING'
              ? 'This needs a secret key, and none was sent'
              : 'The key is unknown or was revoked',
          where: 'Authorization header',
          fix: 'Make one with `ebb keys create --source NAME --secret --scope customers:read`, send it as Bearer',
        },
      })
    }
  })

  test.each([
    ['a secret key without the scope', 'writer'],
    ['the public write key', 'storefront'],
  ])('answers 403 to %s', async (_what, key) => {
    await rig.send(order('o1', 1))
    const answer = await rig.get(ANN, { authorization: `Bearer ${key}` })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      error: { code: 'EBB_KEY_SCOPE', message: expect.stringContaining('customers:read') },
    })
  })

  test('takes the scheme in any case', async () => {
    await rig.send(order('o1', 1))
    expect((await rig.get(ANN, { authorization: 'bearer reader' })).status).toBe(200)
  })
})

describe('the feature service', () => {
  test('ticks the partitions that it owns, and forwards what came back', async () => {
    const visitors = ['v6', 'v4', 'v0', 'v5'].map((anonymousId) => ({ anonymousId }))
    const visits = (id: string) => visitors.map((customer) => recordOf(canonical(id, { customer })))
    await rig.send(...visits('1'))
    // A partition that handles events is owned, and its first tick stands before the next event.
    await rig.send(...visits('2'))
    for (const [partition, { anonymousId }] of visitors.entries()) {
      expect(partitionOf(`a:${anonymousId}`, PARTITIONS)).toBe(partition)
      const told = await recordsIn(rig.ports.log, FEATURES, partition)
      expect(told.map(decoded)).toContainEqual({ at: NOON })
    }
  })

  test('is ready while it runs, and answers nothing behind its stop', async () => {
    expect((await rig.get('/readyz')).status).toBe(200)
    await rig.service.stop()
    await expect(rig.get('/readyz')).rejects.toThrow()
  })

  test('is not ready while its states cannot be read', async () => {
    await rig.service.stop()
    holdLooks()
    const { log, store } = rig.ports
    let isAway = false
    const read: typeof store.read = async (partition, keys) => {
      if (isAway) throw new TransientError('EBB_REDIS_AWAY', 'nobody answers')
      return store.read(partition, keys)
    }
    rig = await startRig({ log, store: { ...store, read } })
    isAway = true
    await vi.advanceTimersByTimeAsync(TWO_LOOKS_MS)
    const answer = await rig.get('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      checks: { states: expect.stringMatching(/nobody answers/) },
    })
  })

  test('is not ready while the log cannot be read', async () => {
    await rig.service.stop()
    holdLooks()
    const { log, store } = rig.ports
    let isAway = false
    const read: typeof log.read = async (...of) => {
      if (isAway) throw new TransientError('EBB_KAFKA_UNAVAILABLE', 'nobody answers')
      return log.read(...of)
    }
    rig = await startRig({ log: { ...log, read }, store })
    isAway = true
    await vi.advanceTimersByTimeAsync(TWO_LOOKS_MS)
    const answer = await rig.get('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      checks: { states: 'ok', 'event log': expect.stringMatching(/nobody answers/) },
    })
  })

  test('goes on with the states that another one left', async () => {
    await rig.send(order('o1', 9))
    await rig.service.stop()
    const { log, store } = rig.ports
    rig = await startRig({ log, store })
    await rig.send(order('o2', 1), order('o1', 9))
    expect(await (await rig.get(ANN, READER)).json()).toMatchObject({ rhythm: { orders: 2 } })
  })

  test('says plainly where its port is taken, and how to choose another', async () => {
    const port = Number(new URL(rig.service.url).port)
    await expect(startRig({ port })).rejects.toMatchObject({
      code: 'EBB_HTTP_PORT_IN_USE',
      message: expect.stringContaining('EBB_FEATURES_PORT'),
    })
  })

  test('does not start where the topics are missing', async () => {
    const { log } = memoryPorts()
    const partitions = () => Promise.reject(new Error('EBB_TOPIC_MISSING'))
    await expect(startRig({ log: { ...log, partitions } })).rejects.toThrow('EBB_TOPIC_MISSING')
  })
})
