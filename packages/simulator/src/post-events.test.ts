import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { demoShop } from './demo-shop.ts'
import { DAY_MS } from './habit.ts'
import { postEvents } from './post-events.ts'
import type { ShopEvent } from './shop-event.ts'
import { shopTimeline } from './timeline.ts'

const START = Date.parse('2026-01-05T00:00:00Z')
const SHOP = demoShop(START, 5)
const DAYS = (days: number) => START + days * DAY_MS

type Batch = { batch: ShopEvent[]; writeKey: string; sentAt: string }
type Received = { batch: Batch; request: IncomingMessage; attempt: number }
type Answer = (received: Received, response: ServerResponse) => void

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** Aborted at the latest when the test is over, so that a failing one leaves nothing running. */
const stopper = () => {
  const controller = new AbortController()
  cleanUps.push(() => controller.abort())
  return controller
}

/** A real collector stand-in on a free port; `answer` decides what each attempt gets. */
const listen = async (answer: Answer): Promise<string> => {
  let attempt = 0
  const server = createServer(async (request, response) => {
    const batch = JSON.parse(await text(request)) as Batch
    answer({ batch, request, attempt: attempt++ }, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const accept = (response: ServerResponse) => response.end('{"success":true}')
const idsOf = (events: Iterable<ShopEvent>) => [...events].map((event) => event.messageId)
const expectedIds = (from: number, now: number) =>
  idsOf(shopTimeline(SHOP, { from, until: now + 1 }))

/** A clock that stands still, and asks for the end when everything due was acknowledged. */
const standingClock = (now: number, isDone: () => boolean) => {
  const controller = stopper()
  const clock = {
    now: () => {
      if (isDone()) controller.abort()
      return now
    },
  }
  return { clock, signal: controller.signal }
}

const FAILURES: Record<number, Answer> = {
  1: (_, response) => response.writeHead(503, { 'retry-after': '0' }).end('{}'),
  3: ({ request }) => request.socket.destroy(),
  4: (_, response) =>
    response.writeHead(429, { 'retry-after': 'Mon, 05 Jan 2015 00:00:00 GMT' }).end('{}'),
  6: (_, response) => response.writeHead(500).end('oops'),
}

describe('posting', () => {
  test('loses nothing, in order, through refusals, cut lines and lost answers', async () => {
    const now = DAYS(20)
    const expected = expectedIds(START, now)
    const acknowledged: string[] = []
    const unanswered: string[][] = []
    const url = await listen((received, response) => {
      const ids = idsOf(received.batch.batch)
      if (received.attempt % 9 === 8) {
        unanswered.push(ids)
        response.destroy()
        return
      }
      const failure = FAILURES[received.attempt % 9]
      if (failure) return failure(received, response)
      acknowledged.push(...ids)
      accept(response)
    })
    const { clock, signal } = standingClock(now, () => acknowledged.length >= expected.length)
    const posted = await postEvents({ url, writeKey: 'k', clock, shop: SHOP, from: START, signal })
    expect(posted).toBe(expected.length)
    expect(acknowledged).toEqual(expected)
    expect(unanswered.length).toBeGreaterThan(1)
    const known = new Set(acknowledged)
    expect(unanswered.flat().every((id) => known.has(id))).toBe(true)
  })

  test('comes back when Retry-After says, in seconds or as a date', async () => {
    // Its own back-off would take three quarters of an hour over so many.
    const refusals = 300
    let accepted = 0
    const url = await listen(({ batch, attempt }, response) => {
      const header = attempt % 2 === 0 ? '0' : 'Mon, 05 Jan 2015 00:00:00 GMT'
      if (attempt < refusals) return response.writeHead(503, { 'retry-after': header }).end('{}')
      accepted = batch.batch.length
      accept(response)
    })
    const { clock, signal } = standingClock(DAYS(1), () => accepted > 0)
    const posted = await postEvents({ url, writeKey: 'k', clock, shop: SHOP, from: START, signal })
    expect(posted).toBe(expectedIds(START, DAYS(1)).length)
  })

  test('speaks the Segment dialect', async () => {
    const now = DAYS(2)
    const expected = expectedIds(START, now)
    const seen: Received[] = []
    const url = await listen((received, response) => {
      seen.push(received)
      accept(response)
    })
    const { clock, signal } = standingClock(now, () => seen.length > 0)
    await postEvents({ url, writeKey: 'key', clock, shop: SHOP, from: START, signal })
    const [{ request, batch }] = seen as [Received]
    expect(`${request.method} ${request.url}`).toBe('POST /v1/batch')
    expect(request.headers.authorization).toBe(`Basic ${btoa('key:')}`)
    expect(request.headers['content-type']).toBe('application/json')
    expect(batch).toMatchObject({ writeKey: 'key', sentAt: new Date(now).toISOString() })
    expect(idsOf(batch.batch)).toEqual(expected)
  })

  test('sends an event once the clock has passed it, and goes on where it stopped', async () => {
    const batches: Batch[] = []
    const url = await listen(({ batch }, response) => {
      batches.push(batch)
      accept(response)
    })
    const run = (from: number, until: number) => {
      const controller = stopper()
      let now = from
      const tick = () => {
        now += DAY_MS / 8
        if (now >= until) controller.abort()
        return now
      }
      const { signal } = controller
      const options = { url, writeKey: 'k', shop: SHOP, from, signal, batchMs: 1 }
      return postEvents({ ...options, clock: { now: tick } })
    }
    const first = await run(START, DAYS(4))
    const received = batches.flatMap(({ batch }) => batch)
    const resumeAt = Date.parse(received[first - 1]!.timestamp) + 1
    const second = await run(resumeAt, DAYS(8))
    const sent = batches.flatMap(({ batch }) => batch)
    expect(first).toBeGreaterThan(20)
    expect(second).toBeGreaterThan(20)
    const counted = [...sent.slice(0, first), ...sent.slice(-second)]
    expect(idsOf(counted)).toEqual(expectedIds(START, DAYS(20)).slice(0, first + second))
    for (const { batch, sentAt } of batches) {
      expect(batch.every((event) => event.timestamp <= sentAt)).toBe(true)
    }
  })
})

describe('stopping', () => {
  const never = { clock: { now: () => DAYS(1) }, shop: SHOP, from: START, writeKey: 'k' }

  test('ends a long Retry-After at once, with nothing counted', async () => {
    const controller = stopper()
    const url = await listen((_, response) => {
      response.writeHead(503, { 'retry-after': '3600' }).end('{}')
    })
    const fetchThenAbort: typeof fetch = async (input, init) => {
      const { status, headers } = await fetch(input, init)
      // By then the answer has been read, for it needs no further input, and the wait has begun.
      setImmediate(() => controller.abort())
      return new Response('{}', { status, headers })
    }
    const { signal } = controller
    expect(await postEvents({ ...never, url, signal, fetch: fetchThenAbort })).toBe(0)
  })

  test('ends a request that nobody answers', async () => {
    const controller = stopper()
    const url = await listen(() => controller.abort())
    expect(await postEvents({ ...never, url, signal: controller.signal })).toBe(0)
  })

  test('is not waited for when the key is wrong', async () => {
    const url = await listen((_, response) => response.writeHead(401).end('unknown write key'))
    const { signal } = stopper()
    await expect(postEvents({ ...never, url, signal })).rejects.toThrow('401 unknown write key')
  })

  test('is not waited for when the address is none', async () => {
    const { signal } = stopper()
    await expect(postEvents({ ...never, url: 'nowhere', signal })).rejects.toThrow(TypeError)
  })
})
