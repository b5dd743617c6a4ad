import assert from 'node:assert/strict'
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
import { LARGEST_BATCH_CONTEXT, LARGEST_EVENT } from './limits.ts'
import { DEEPEST_EVENT } from './native-event.ts'

const GOOD = '{"event":"Bell Rung","userId":"ann"}'

const send = async (payload: string) => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const headers = { 'x-write-key': WRITE_KEY, 'content-type': 'application/json' }
  const reply = await app.inject({ method: 'POST', url: '/v1/events', headers, payload })
  return {
    status: reply.statusCode,
    json: reply.json(),
    events: await eventsIn(ports.log),
    rejects: await rejectsIn(ports.log),
  }
}

const batchBeside = (context: string) => send(`{"context":${context},"batch":[${GOOD},${GOOD}]}`)

/** A context that is `bytes` long as JSON. */
const contextOf = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`

test('the context beside a batch has at most 8 KB, for every event carries a copy', async () => {
  const ok = await batchBeside(contextOf(LARGEST_BATCH_CONTEXT))
  assert.equal(ok.status, 200)
  assert.equal(ok.events.length, 2)
  const { status, json, events, rejects } = await batchBeside(contextOf(LARGEST_BATCH_CONTEXT + 1))
  assert.equal(status, 413)
  assert.equal(json.error.code, 'EBB_BODY_TOO_LARGE')
  assert.equal(json.error.where, '/context')
  assert.match(json.error.message, /context beside the batch has 8193 bytes, and at most 8192/)
  assert.deepEqual([events.length, rejects.length], [0, 1])
})

/** An object in an object, `levels` times. */
const nestOf = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

test('the context beside a batch is nested no deeper than that of an event', async () => {
  const own = (levels: number) =>
    send(`{"event":"e","userId":"u","context":${nestOf(levels)}}`).then(({ status }) => status)
  const deepest = DEEPEST_EVENT - 1
  assert.deepEqual([await own(deepest), await own(deepest + 1)], [200, 400])
  assert.equal((await batchBeside(nestOf(deepest))).status, 200)
  for (const levels of [deepest + 1, 40_000]) {
    const { status, json, events, rejects } = await batchBeside(nestOf(levels))
    assert.equal(status, 400)
    assert.equal(json.error.code, 'EBB_BODY_SHAPE')
    assert.equal(json.error.where, '/context')
    assert.deepEqual([events.length, rejects.length], [0, 1])
  }
})

test('a batch whose key is written with escapes is judged and kept event by event', async () => {
  const large = `{"event":"${'x'.repeat(LARGEST_EVENT)}","userId":"u"}`
  const nest = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const { status, json, rejects } = await send(`{"\\u0062atch":[${GOOD},7, ${large},${nest}]}`)
  assert.equal(status, 200)
  assert.deepEqual(
    json.results.map((result: { status: string; code?: string }) => result.code ?? result.status),
    ['accepted', 'EBB_EVENT_NOT_OBJECT', 'EBB_EVENT_TOO_LARGE', 'EBB_EVENT_TOO_LARGE'],
  )
  assert.deepEqual(
    new Set(rejects.map(payloadOf)),
    new Set(['7', large.slice(0, LARGEST_EVENT), nest.slice(0, LARGEST_EVENT)]),
  )
})

test('an event hides from its limit behind no second batch', async () => {
  const large = `{"event":"e","userId":"u","properties":{"a":"${'x'.repeat(LARGEST_EVENT)}"}}`
  const { json } = await send(`{"batch":[7],"\\u0062atch":[${large}]}`)
  assert.equal(json.results[0].code, 'EBB_EVENT_TOO_LARGE')
})
