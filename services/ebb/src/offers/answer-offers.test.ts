import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { answerEvents, answerTotalMinor } from '@ebb/simulator/answer-events'
import type { OfferAnswer } from '@ebb/simulator/answer-offer'
import type { ShopEvent } from '@ebb/simulator/shop-event'
import { afterEach, describe, expect, test } from 'vitest'
import { type AnsweringSettings, answerOffers } from './answer-offers.ts'
import { answeredInMemory, answersOf, logOf, SHOP, winbackOf } from './offers-fixture.ts'

const ANSWERS = answersOf(40)
const LAST = ANSWERS.at(-1)!.at

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

type Handler = (body: unknown, request: IncomingMessage) => [status: number, body?: unknown] | 'cut'

const listen = async (handle: Handler): Promise<string> => {
  const server = createServer(async (request, response) => {
    const answer = handle(JSON.parse(await text(request)), request)
    if (answer === 'cut') return request.socket.destroy()
    const [status, body = {}] = answer
    return response.writeHead(status).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface Redemption {
  readonly path: string | undefined
  readonly key: unknown
  readonly idempotencyKey: unknown
  readonly order: unknown
}

const redemptionOf = (answer: OfferAnswer): Redemption => ({
  path: `/v1/coupons/${answer.offer.code}/redemptions`,
  key: 'Bearer till',
  idempotencyKey: answer.orderId,
  order: {
    ...{ userId: answer.offer.userId, orderId: answer.orderId, currency: SHOP.currency },
    totalMinor: answerTotalMinor(SHOP, answer),
  },
})

/** Lets shoppers answer until so many orders were posted, with a till that answers as told. */
const run = async (
  answers: readonly OfferAnswer[],
  orders: number,
  {
    till = () => [201, { discountMinor: 100 }],
    ...over
  }: Partial<Omit<AnsweringSettings, 'till'>> & { till?: Handler } = {},
) => {
  const redemptions: Redemption[] = []
  const posted: ShopEvent[] = []
  const faults: Error[] = []
  const closing = new AbortController()
  cleanUps.push(() => closing.abort())
  const retention = await listen((order, request) => {
    const { authorization: key, 'idempotency-key': idempotencyKey } = request.headers
    redemptions.push({ path: request.url, key, idempotencyKey, order })
    return till(order, request)
  })
  let isDone = () => {}
  const done = new Promise<void>((resolve) => {
    isDone = resolve
  })
  const collector = await listen((body) => {
    posted.push(...(body as { batch: ShopEvent[] }).batch)
    if (posted.filter(({ event }) => event === 'Order Completed').length >= orders) isDone()
    return [200]
  })
  const answered = answeredInMemory()
  const ended = answerOffers({
    ...{ shop: SHOP, clock: { now: () => LAST }, answered, signal: closing.signal },
    log: await logOf(answers.map(({ offer }) => winbackOf(offer))),
    till: { url: retention, key: 'till' },
    collector: { url: collector, writeKey: 'write' },
    onFault: (error) => faults.push(error),
    ...over,
  })
  await done
  closing.abort()
  await ended
  return { redemptions, posted, faults }
}

describe('the answers of a simulated shop', () => {
  test('redeem the coupon under the id of the order, and post it with what is left', async () => {
    const answered = answeredInMemory()
    const ran = await run(ANSWERS, ANSWERS.length, { answered })
    const { redemptions, posted, faults } = ran
    expect(redemptions).toEqual(ANSWERS.map(redemptionOf))
    expect(posted).toEqual(ANSWERS.flatMap((answer) => answerEvents(SHOP, answer, 100)))
    expect(faults).toEqual([])
    const decisions = ANSWERS.map(({ offer }) => offer.decisionId)
    // Whether the last one is depends on what came first, its acknowledgement or the end.
    expect([...answered.ids].slice(0, decisions.length - 1)).toEqual(decisions.slice(0, -1))
  })

  test('come when the clock has reached them, and not before', async () => {
    const first = ANSWERS[0]!
    const looks: number[] = []
    const clock = {
      now: () => {
        looks.push(looks.length === 0 ? first.at - 1 : first.at)
        return looks.at(-1)!
      },
    }
    let looksBefore = 0
    const till: Handler = () => {
      looksBefore = looks.length
      return [201, { discountMinor: 1 }]
    }
    await run([first], 1, { clock, till })
    expect(looksBefore).toBe(2)
  })

  test('wait for a till that is away, and are told of once', async () => {
    const first = ANSWERS[0]!
    const script: ReturnType<Handler>[] = [[503], 'cut', [429], [201, { discountMinor: 7 }]]
    const { redemptions, posted, faults } = await run([first], 1, { till: () => script.shift()! })
    expect(redemptions).toEqual(Array(4).fill(redemptionOf(first)))
    expect(posted).toEqual(answerEvents(SHOP, first, 7))
    expect(faults.map(({ message }) => message)).toEqual([expect.stringMatching(/^EBB_.* 503 /)])
  })

  test.each([
    ['is refused', [409, { reason: 'EXPIRED' }], 0],
    ['is a second one', [422, { error: { code: 'EBB_IDEMPOTENCY_MISMATCH' } }], 0],
    ['cannot be asked for', [401, {}], 1],
  ] as const)('are paid in full where a coupon %s', async (_, answer, told) => {
    const first = ANSWERS[0]!
    const { posted, faults } = await run([first], 1, { till: () => [...answer] })
    expect(posted).toEqual(answerEvents(SHOP, first))
    expect(faults).toHaveLength(told)
  })

  test('that an earlier process gave are not given again, others are, as the same', async () => {
    const [known, ...others] = ANSWERS
    const answered = answeredInMemory(known!.offer.decisionId)
    const { posted } = await run(ANSWERS, others.length, { answered })
    expect(posted).toEqual(others.flatMap((answer) => answerEvents(SHOP, answer, 100)))
  })
})
