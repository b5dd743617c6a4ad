import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { CodedError } from '@ebb/runtime/coded-error'
import { test } from 'vitest'
import { createCollector } from './collector.ts'
import {
  eventsIn,
  memoryPorts,
  payloadOf,
  rejectsIn,
  SHOP,
  WRITE_KEY,
} from './collector-fixture.ts'
import type { Warning } from './intake.ts'
import { LARGEST_BODY, LARGEST_EVENT, MOST_EVENTS } from './limits.ts'

const GOOD = { event: 'Bell Rung', userId: 'ann' }
const text = JSON.stringify(GOOD)
const ORDER_IN_YEN = { order_id: '1', total: '100', currency: 'JPY' }

const send = async (
  body: Buffer | string,
  contentType = 'application/json',
  url = '/v1/events',
) => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const headers = { 'x-write-key': WRITE_KEY, 'content-type': contentType }
  const reply = await app.inject({ method: 'POST', url, headers, payload: body })
  return {
    status: reply.statusCode,
    json: reply.json(),
    events: await eventsIn(ports.log),
    rejects: await rejectsIn(ports.log),
  }
}

/** An event that is `bytes` long as JSON. */
const eventOf = (bytes: number): string => {
  const bare = JSON.stringify({ ...GOOD, properties: { text: '' } })
  return bare.replace('""', `"${'x'.repeat(bytes - bare.length)}"`)
}

test.each([
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
])('the body counts and not its content type: %s', async (contentType) => {
  assert.equal((await send(text, contentType)).status, 200)
  const zipped = await send(gzipSync(text), contentType)
  assert.equal(zipped.status, 200)
  assert.equal(zipped.events.length, 1)
})

test('a byte order mark is no fault', async () => {
  assert.equal((await send(`\ufeff${text}`)).status, 200)
})

test('a body that is not JSON is told with the place, and kept', async () => {
  const { status, json, rejects } = await send('{\n "event": "e",\n}')
  assert.equal(status, 400)
  assert.equal(json.error.code, 'EBB_BODY_NOT_JSON')
  assert.equal(json.error.where, 'line 3, column 1, offset 17')
  assert.deepEqual(rejects.map(payloadOf), ['{\n "event": "e",\n}'])
  assert.equal(rejects[0]?.where, 'collector /v1/events')
})

test.each([
  ['empty', '', 'EBB_BODY_EMPTY'],
  ['a text', '"event"', 'EBB_BODY_SHAPE'],
  ['null', 'null', 'EBB_BODY_SHAPE'],
  ['a batch that is no list', '{"batch":{}}', 'EBB_BODY_SHAPE'],
  ['gzip of nothing', gzipSync(''), 'EBB_BODY_EMPTY'],
  ['gzip that breaks off', gzipSync(text).subarray(0, 20), 'EBB_BODY_NOT_GZIP'],
  ['binary', Buffer.from([0, 1, 2, 255]), 'EBB_BODY_NOT_TEXT'],
])('a body that is %s is told', async (_, body, code) => {
  const { status, json, rejects } = await send(body)
  assert.equal(status, 400)
  assert.equal(json.error.code, code)
  assert.notEqual(json.error.fix, undefined)
  assert.deepEqual(
    rejects.map((reject) => reject.code),
    [code],
  )
})

test('the byte that is no UTF-8 is named', async () => {
  const latin1 = Buffer.from('"Caf\u00e9"', 'latin1')
  assert.equal((await send(latin1)).json.error.where, 'byte 4')
  const behindReplacements = Buffer.concat([Buffer.from('\u00e9\ufffd\ufffd'), latin1])
  assert.equal((await send(behindReplacements)).json.error.where, 'byte 12')
})

test('an event of 32 KB is taken, one of a byte more is not, the others beside it are', async () => {
  assert.equal((await send(eventOf(LARGEST_EVENT))).status, 200)
  const alone = await send(eventOf(LARGEST_EVENT + 1))
  assert.equal(alone.status, 413)
  assert.equal(alone.json.error.code, 'EBB_EVENT_TOO_LARGE')
  const list = `[${text},${eventOf(LARGEST_EVENT)},${eventOf(LARGEST_EVENT + 1)}]`
  const { status, json, rejects } = await send(list)
  assert.equal(status, 200)
  assert.deepEqual([json.accepted, json.refused], [2, 1])
  assert.equal(json.results[2].code, 'EBB_EVENT_TOO_LARGE')
  assert.equal(rejects[0]?.payloadBytes, LARGEST_EVENT + 1)
  assert.equal(payloadOf(rejects[0]!).length, LARGEST_EVENT)
})

test('an event of a megabyte is refused with the limit, and its beginning is kept', async () => {
  const body = eventOf(1_048_576)
  const { status, json, rejects } = await send(body)
  assert.equal(status, 413)
  assert.equal(json.error.code, 'EBB_BODY_TOO_LARGE')
  assert.match(json.error.message, /512000 bytes/)
  assert.equal(rejects[0]?.payloadBytes, body.length)
  assert.equal(payloadOf(rejects[0]!), body.slice(0, LARGEST_EVENT))
})

test('a small body that inflates into a large one is refused', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * LARGEST_BODY, 'x'))
  assert.ok(bomb.length < LARGEST_BODY)
  const { status, json, rejects } = await send(bomb)
  assert.equal(status, 413)
  assert.equal(json.error.code, 'EBB_BODY_TOO_LARGE')
  assert.equal(rejects.length, 1)
})

test('more events than the limit are refused as a whole', async () => {
  const ok = await send(`[${'7,'.repeat(MOST_EVENTS - 1)}7]`)
  assert.equal(ok.json.refused, MOST_EVENTS)
  const { status, json } = await send(`[${'7,'.repeat(MOST_EVENTS)}7]`)
  assert.equal(status, 413)
  assert.equal(json.error.code, 'EBB_BODY_TOO_MANY_EVENTS')
})

test('a nest without end is refused and harms nobody', async () => {
  const nest = `${'[{"a":'.repeat(40_000)}1${'}]'.repeat(40_000)}`
  const { status, json } = await send(`[${text},{"event":"e","userId":"u","context":${nest}}]`)
  assert.equal(status, 200)
  assert.deepEqual([json.accepted, json.refused], [1, 1])
})

test('a sender that goes away in the middle leaves nothing behind', async () => {
  const ports = memoryPorts()
  const { app, listen, stop } = await createCollector(ports, SHOP)
  const heard = new Promise<Error>((resolve) => {
    app.addHook('onError', async (_request, _reply, error) => resolve(error))
  })
  const { port } = new URL(await listen({ port: 0, howToChange: '' }))
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const head = `POST /v1/events HTTP/1.1\r\nHost: x\r\nX-Write-Key: ${WRITE_KEY}\r\n`
  socket.write(`${head}Content-Length: 1000\r\n\r\n${text}`)
  await once(app.server, 'request')
  socket.destroy()
  const { code } = (await heard) as CodedError
  assert.equal(code, 'EBB_BODY_INCOMPLETE')
  await stop()
  assert.deepEqual(await eventsIn(ports.log), [])
  assert.deepEqual(await rejectsIn(ports.log), [])
})

test('what is accepted otherwise than it was sent has a warning that says how to mend it', async () => {
  const ahead = { ...GOOD, timestamp: '2100-01-01T00:00:00Z' }
  const foreign = { event: 'Order Completed', userId: 'ann', properties: ORDER_IN_YEN }
  const { json } = await send(JSON.stringify([GOOD, ahead, foreign]))
  const flags = json.results.map(({ warnings = [] }) => warnings.map((each: Warning) => each.flag))
  assert.deepEqual(flags, [[], ['occurred-in-future'], ['rate-unknown']])
  assert.match(json.results[1].warnings[0].message, /set to now/)
  assert.match(json.results[2].warnings[0].fix, /EBB_RATES/)
})

test('a batch whose key is misspelt is refused, and kept', async () => {
  const misspelt = JSON.stringify({ nobatch: [GOOD] })
  const { status, json, rejects } = await send(misspelt, 'application/json', '/v1/batch')
  assert.deepEqual([status, json.error.code, json.error.where], [400, 'EBB_BODY_SHAPE', '/batch'])
  assert.equal(rejects.length, 1)
})
