import assert from 'node:assert/strict'
import { test } from 'vitest'
import { createCollector } from './collector.ts'
import {
  eventsIn,
  memoryPorts,
  READ_KEY,
  rejectsIn,
  SECRET_KEY,
  SHOP,
  WRITE_KEY,
} from './collector-fixture.ts'

interface Presented {
  readonly headers?: Record<string, string>
  readonly query?: string
  readonly body?: Record<string, unknown> | string
}

const send = async ({ headers = {}, query = '', body = {} }: Presented) => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const event = { event: 'Bell Rung', userId: 'ann' }
  const payload = typeof body === 'string' ? body : JSON.stringify({ ...event, ...body })
  const url = `/v1/events${query}`
  const reply = await app.inject({ method: 'POST', url, headers, payload })
  return { status: reply.statusCode, error: reply.json().error, log: ports.log }
}

const basic = (credentials: string): string =>
  `Basic ${Buffer.from(credentials).toString('base64')}`

test.each([
  ['as the user of Basic', { headers: { authorization: basic(`${WRITE_KEY}:`) } }],
  ['as a Bearer token', { headers: { authorization: `bearer ${WRITE_KEY}` } }],
  ['as X-Write-Key', { headers: { 'x-write-key': WRITE_KEY } }],
  ['as X-Write-Key with a secret', { headers: { 'x-write-key': `${WRITE_KEY}:secret` } }],
  ['in the body as writeKey', { body: { writeKey: WRITE_KEY } }],
  ['in the body as api_key', { body: { api_key: WRITE_KEY } }],
  ['in the body as token', { body: { token: WRITE_KEY } }],
  ['in the query', { query: `?writeKey=${WRITE_KEY}` }],
])('a key is found %s', async (_, presented: Presented) => {
  const { status, log } = await send(presented)
  assert.equal(status, 200)
  const [event] = await eventsIn(log)
  assert.deepEqual([event?.source, event?.sourceRank], ['storefront', 1])
})

test('the first key that is presented counts', async () => {
  const headers = { authorization: basic('ebbw_other:'), 'x-write-key': WRITE_KEY }
  assert.equal((await send({ headers })).status, 401)
  const authorization = basic(`:${WRITE_KEY}`)
  assert.equal((await send({ headers: { authorization, 'x-write-key': WRITE_KEY } })).status, 200)
  const body = { writeKey: WRITE_KEY }
  assert.equal((await send({ body, query: '?writeKey=ebbw_other' })).status, 200)
})

test('events of a back end are trusted more', async () => {
  const { log } = await send({ headers: { authorization: `Bearer ${SECRET_KEY}` } })
  const [event] = await eventsIn(log)
  assert.deepEqual([event?.source, event?.sourceRank], ['erp', 2])
})

const MISSING = { status: 401, code: 'EBB_KEY_MISSING' }
const UNKNOWN = { status: 401, code: 'EBB_KEY_UNKNOWN' }
const OUT_OF_SCOPE = { status: 403, code: 'EBB_KEY_SCOPE' }
const refused: readonly (readonly [string, Presented, typeof MISSING])[] = [
  ['no key', {}, MISSING],
  ['an unknown key', { query: '?writeKey=ebbw_other' }, UNKNOWN],
  ['the name of a property of all objects', { query: '?writeKey=constructor' }, UNKNOWN],
  ['two keys in the query', { query: '?writeKey=a&writeKey=b' }, MISSING],
  ['a key without the scope', { headers: { 'x-write-key': READ_KEY } }, OUT_OF_SCOPE],
  ['a key that is no text', { body: { writeKey: { $ne: '' } } }, MISSING],
]

test.each(refused)('%s lets nothing in', async (_, presented, expected) => {
  const { status, error, log } = await send(presented)
  assert.deepEqual({ status, code: error.code }, expected)
  assert.notEqual(error.fix, undefined)
  assert.deepEqual(await eventsIn(log), [])
  assert.deepEqual(await rejectsIn(log), [])
})

test('what nobody can read is kept only for a key that is known without it', async () => {
  const known = await send({ query: `?writeKey=${WRITE_KEY}`, body: '{' })
  assert.equal(known.status, 400)
  assert.equal((await rejectsIn(known.log)).length, 1)
  for (const query of ['', '?writeKey=ebbw_other', `?writeKey=${READ_KEY}`]) {
    const { status, log } = await send({ query, body: '{' })
    assert.equal(status, 400)
    assert.deepEqual(await rejectsIn(log), [])
  }
})
