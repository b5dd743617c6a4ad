import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { demoShop, demoShopOf } from './demo-shop.ts'
import { DAY_MS } from './habit.ts'
import { postHistory } from './post-history.ts'
import type { ShopEvent } from './shop-event.ts'
import { shopTimeline } from './timeline.ts'

const START = Date.parse('2026-01-05T00:00:00Z')
const UNTIL = START + 40 * DAY_MS

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** Takes every batch, but each third one only when it comes again. */
const listen = async (): Promise<{ url: string; taken: ShopEvent[] }> => {
  const taken: ShopEvent[] = []
  let requests = 0
  const server = createServer(async (request, response) => {
    const { batch } = JSON.parse(await text(request)) as { batch: ShopEvent[] }
    requests += 1
    if (requests % 3 === 0) return response.writeHead(503, { 'retry-after': '0' }).end()
    taken.push(...batch)
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken }
}

const posting = { writeKey: 'k', clock: { now: () => UNTIL } }

test('a history is all that happened before, once, each shopper in one piece', async () => {
  const { url, taken } = await listen()
  const shop = demoShop(START)
  const { signal } = new AbortController()
  const posted = await postHistory({ ...posting, url, shop, until: UNTIL, signal })
  const expected = [...shopTimeline(shop, { from: START, until: UNTIL })]
  expect(posted).toBe(expected.length)
  const ids = (events: readonly ShopEvent[]) => events.map(({ messageId }) => messageId)
  expect(ids(taken).sort()).toEqual(ids(expected).sort())
  const shoppers = taken.map(({ messageId }) => Number(messageId.split('-')[2]))
  expect(shoppers).toEqual(shoppers.toSorted((a, b) => a - b))
  for (const some of Map.groupBy(taken, (_, i) => shoppers[i]).values())
    expect(some).toEqual(some.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp)))
})

test('an abort ends it with what was acknowledged', async () => {
  const { url, taken } = await listen()
  const aborted = AbortSignal.abort()
  const options = { ...posting, url, shop: demoShop(START), until: UNTIL, signal: aborted }
  expect(await postHistory(options)).toBe(0)
  expect(taken).toEqual([])
})

test('a larger shop has more events, in proportion', () => {
  const events = (shoppers: number) =>
    [...shopTimeline(demoShopOf(START, shoppers), { from: START, until: UNTIL })].length
  const usual = [...shopTimeline(demoShop(START), { from: START, until: UNTIL })].length
  expect(events(150)).toBe(usual)
  expect(events(600) / usual).toBeGreaterThan(3.5)
  expect(events(600) / usual).toBeLessThan(4.5)
})
