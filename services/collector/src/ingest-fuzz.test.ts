import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { createCollector } from './collector.ts'
import { eventsIn, memoryPorts, rejectsIn, SHOP, WRITE_KEY } from './collector-fixture.ts'

const item = fc.oneof(
  fc.record({ event: fc.string(), userId: fc.string() }),
  fc.record({
    event: fc.constant('Order Completed'),
    userId: fc.string(),
    properties: fc.object(),
  }),
  fc.jsonValue(),
)
const batch = fc.array(item, { maxLength: 20 })
const json = fc.oneof(
  item,
  batch,
  fc.record({ batch, sentAt: fc.jsonValue(), context: fc.jsonValue() }),
)
const bytes = fc.oneof(
  json.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  json.map((value) => gzipSync(JSON.stringify(value) ?? '')),
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc.uint8Array({ maxLength: 50 }).map((a) => Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), a])),
  fc.tuple(fc.json(), fc.nat()).map(([text, cut]) => Buffer.from(text).subarray(0, cut)),
)

const collector = async () => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const headers = { 'x-write-key': WRITE_KEY, 'content-type': 'application/json' }
  const post = (url: string, payload: Buffer) =>
    app.inject({ method: 'POST', url, headers, payload })
  const counts = async () => ({
    events: (await eventsIn(ports.log)).length,
    rejects: (await rejectsIn(ports.log)).length,
  })
  return { post, counts }
}

test('no body is answered with 5xx, and what is refused is kept', async () => {
  const url = fc.constantFrom('/v1/events', '/v1/batch')
  await fc.assert(
    fc.asyncProperty(url, bytes, async (path, body) => {
      const { post, counts } = await collector()
      const reply = await post(path, body)
      assert.ok([200, 400, 413].includes(reply.statusCode), reply.body)
      const { events, rejects } = await counts()
      if (reply.statusCode === 200) assert.equal(typeof reply.json(), 'object')
      else assert.deepEqual([events, rejects], [0, 1])
    }),
    { numRuns: 300 },
  )
})

test('of a batch every event is accepted or refused, none is lost and none is made', async () => {
  await fc.assert(
    fc.asyncProperty(batch, async (items) => {
      const { post, counts } = await collector()
      const reply = await post('/v1/events', Buffer.from(JSON.stringify(items)))
      const { accepted, refused, results } = reply.json()
      assert.equal(accepted + refused, items.length)
      assert.deepEqual(
        results.map(({ index }: { index: number }) => index),
        [...items.keys()],
      )
      assert.deepEqual(await counts(), { events: accepted, rejects: refused })
    }),
    { numRuns: 200 },
  )
})
