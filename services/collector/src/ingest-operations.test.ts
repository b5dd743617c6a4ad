import { asyncApiDocument } from '@ebb/contracts/asyncapi'
import { type Operation, openApiDocument } from '@ebb/contracts/openapi'
import { expectDocumented } from '@ebb/runtime/documented-answer-fixture'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collector, start } from './collector.ts'
import { memoryPorts, SHOP, WRITE_KEY } from './collector-fixture.ts'
import { COLLECTOR_REFERENCE } from './ingest-operations.ts'

const document = openApiDocument(COLLECTOR_REFERENCE)
const examples = Object.entries(COLLECTOR_REFERENCE.operations).flatMap(
  ([route, { body }]: [string, Operation]) =>
    Object.entries(body?.examples ?? {}).map(([name, value]) => [route, name, value] as const),
)

describe('the description of the collector', () => {
  let collector: Collector
  beforeAll(async () => {
    collector = await start(memoryPorts(), { ...SHOP, host: '127.0.0.1', port: 0 })
  })
  afterAll(() => collector.stop())

  const post = async (path: string, sent: unknown, key = WRITE_KEY) => {
    const headers = { authorization: `Bearer ${key}` }
    const text = JSON.stringify(sent)
    const answer = await fetch(`${collector.url}${path}`, { method: 'POST', headers, body: text })
    const { status } = answer
    const body = (await answer.json()) as { refused?: number }
    expectDocumented(document, { method: 'POST', path, status, body })
    return { status, body }
  }

  test.each(examples)('%s takes the example "%s"', async (route, _name, value) => {
    const { status, body } = await post(route.split(' ')[1]!, value)
    expect(status).toBe(200)
    expect(body.refused ?? 0).toBe(0)
  })

  test.each([
    ['no JSON object', 400, 'text'],
    ['one event that is refused', 400, { event: 'Order Completed' }],
    ['a list with a refused event', 200, [{ event: 'Order Completed' }]],
    [
      'an event that is changed',
      200,
      { event: 'Product Viewed', userId: '1', timestamp: '2099-01-01' },
    ],
    [
      'an event that is too large',
      413,
      { event: 'Product Viewed', userId: '1', properties: { a: 'a'.repeat(40_000) } },
    ],
    ['too many events', 413, Array.from({ length: 2_501 }, () => ({}))],
  ])('tells the answer to %s', async (_what, status, sent) => {
    expect((await post('/v1/events', sent)).status).toBe(status)
  })

  test('tells the answer to a wrong key', async () => {
    expect((await post('/v1/batch', { batch: [] }, 'wrong')).status).toBe(401)
  })

  test('is served to anybody, and so is that of the topics', async () => {
    const get = async (path: string) => (await fetch(`${collector.url}${path}`)).json()
    expect(await get('/openapi.json')).toEqual(JSON.parse(JSON.stringify(document)))
    expect(await get('/asyncapi.json')).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())))
  })
})
