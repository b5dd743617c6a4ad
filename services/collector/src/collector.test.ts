import assert from 'node:assert/strict'
import { customerKey } from '@ebb/contracts/canonical-event'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { test, vi } from 'vitest'
import { type CollectorPorts, createCollector, start } from './collector.ts'
import {
  eventsIn,
  memoryPorts,
  NOON,
  payloadOf,
  rejectsIn,
  SHOP,
  WRITE_KEY,
} from './collector-fixture.ts'

const headers = { authorization: `Bearer ${WRITE_KEY}`, 'content-type': 'application/json' }
const GOOD = { event: 'Bell Rung', userId: 'ann', messageId: 'm-1' }
const BAD = { event: 'Bell Rung' }

const post = async (body: unknown, url = '/v1/events', ports: CollectorPorts = memoryPorts()) => {
  const { app } = await createCollector(ports, SHOP)
  const reply = await app.inject({ method: 'POST', url, headers, body: JSON.stringify(body) })
  return { reply, json: reply.json(), log: ports.log, app }
}

test('an accepted event is in the log, with the key of its customer', async () => {
  const { reply, json, log } = await post(GOOD)
  assert.equal(reply.statusCode, 200)
  const results = [{ index: 0, status: 'accepted', id: 'm-1' }]
  assert.deepEqual(json, { accepted: 1, refused: 0, results })
  const key = 'u:ann'
  const partition = partitionOf(key, 4)
  const { records } = await log.read({ topic: EVENTS, partition }, 0, 10)
  const [event] = await eventsIn(log)
  assert.ok(event !== undefined)
  assert.equal(event.receivedAt, NOON)
  assert.equal(customerKey(event.customer), key)
  assert.equal(records[0]?.key, key)
  assert.deepEqual(records[0]?.headers, {
    ce_specversion: '1.0',
    ce_type: EVENTS,
    ce_source: 'storefront',
    ce_id: 'm-1',
  })
})

test('a refused event alone is answered with 400, what, where and how to mend it', async () => {
  const { reply, json, log } = await post(BAD)
  assert.equal(reply.statusCode, 400)
  assert.equal(json.refused, 1)
  const told = {
    code: 'EBB_EVENT_CUSTOMER_MISSING',
    message: 'The event does not say whose it is',
    fix: 'Send a userId, or an anonymousId for a visitor who is not signed in',
  }
  assert.deepEqual(json.results, [{ index: 0, status: 'refused', path: '/userId', ...told }])
  assert.deepEqual(json.error, { where: '/userId', ...told })
  assert.deepEqual(await eventsIn(log), [])
})

test('a bad event among good ones becomes a reject, with its bytes as they came', async () => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const body = `[${JSON.stringify(GOOD)}, {"event" : "Bell Rung", "n": 1.0} , 7]`
  const reply = await app.inject({ method: 'POST', url: '/v1/events', headers, body })
  assert.equal(reply.statusCode, 200)
  const { accepted, refused, results } = reply.json()
  assert.deepEqual([accepted, refused], [1, 2])
  assert.deepEqual(
    results.map(({ status }: { status: string }) => status),
    ['accepted', 'refused', 'refused'],
  )
  const rejects = await rejectsIn(ports.log)
  assert.deepEqual(rejects.map(payloadOf), ['{"event" : "Bell Rung", "n": 1.0}', '7'])
  const [first] = rejects
  assert.equal(first?.source, 'storefront')
  assert.equal(first?.code, 'EBB_EVENT_CUSTOMER_MISSING')
  assert.equal(first?.where, 'collector /v1/events [1]')
  assert.match(first?.message ?? '', /does not say whose it is \(\/userId\)\. Send a userId/)
  assert.equal((await eventsIn(ports.log)).length, 1)
})

test('the same refused bytes have the same reject id', async () => {
  const [first] = await rejectsIn((await post(BAD)).log)
  const [again] = await rejectsIn((await post(BAD)).log)
  assert.equal(first?.id, again?.id)
})

test('a batch may come as an object, with a time and a context for all', async () => {
  const body = {
    batch: [{ ...GOOD, timestamp: NOON + 60_000 }],
    sentAt: NOON + 120_000,
    context: { locale: 'en' },
  }
  const { json, log } = await post(body)
  assert.equal(json.accepted, 1)
  const [event] = await eventsIn(log)
  assert.equal(event?.occurredAt, NOON - 60_000)
  assert.deepEqual(event?.context, { locale: 'en' })
})

test('an empty list is a batch of nothing', async () => {
  const { reply, json } = await post([])
  assert.equal(reply.statusCode, 200)
  assert.deepEqual(json, { accepted: 0, refused: 0, results: [] })
})

test("Segment's batch is answered in Segment's way, refused events too", async () => {
  const { reply, json, log } = await post({ batch: [GOOD, BAD] }, '/v1/batch/')
  assert.equal(reply.statusCode, 200)
  assert.deepEqual(json, { success: true })
  assert.equal((await eventsIn(log)).length, 1)
  assert.equal((await rejectsIn(log))[0]?.where, 'collector /v1/batch [1]')
})

const failing = (topic: string, log: EventLog): EventLog => ({
  ...log,
  append: async (to, records) => {
    if (to.topic === topic) throw new TransientError('EBB_TEST_AWAY', 'no broker answers')
    return log.append(to, records)
  },
})

test.each([EVENTS, REJECTS])(
  'while %s cannot be written, nothing is acknowledged',
  async (topic) => {
    const ports = memoryPorts()
    const { reply, json } = await post([GOOD, BAD], '/v1/events', {
      ...ports,
      log: failing(topic, ports.log),
    })
    assert.equal(reply.statusCode, 503)
    assert.equal(reply.headers['retry-after'], '1')
    assert.equal(json.error.code, 'EBB_LOG_AWAY')
  },
)

test('the answer waits until the log has the event', async () => {
  const ports = memoryPorts()
  let isDurable: () => void = () => undefined
  let answered = false
  const appending = new Promise<void>((called) => {
    const append: EventLog['append'] = (to, records) => {
      called()
      return new Promise((resolve) => {
        isDurable = () => resolve(ports.log.append(to, records))
      })
    }
    void post(GOOD, '/v1/events', { ...ports, log: { ...ports.log, append } }).then(() => {
      answered = true
      answering()
    })
  })
  let answering: () => void = () => undefined
  const answer = new Promise<void>((resolve) => {
    answering = resolve
  })
  await appending
  assert.equal(answered, false)
  isDurable()
  await answer
  assert.equal((await eventsIn(ports.log)).length, 1)
})

test('a browser may post from any shop', async () => {
  const { app } = await createCollector(memoryPorts(), SHOP)
  const asked = {
    origin: 'https://shop.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/batch', headers: asked })
  assert.equal(preflight.statusCode, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], '*')
  const allowed = preflight.headers['access-control-allow-headers']
  assert.equal(allowed, 'Authorization, Content-Type, X-Write-Key')
  const refused = await app.inject({ method: 'POST', url: '/v1/events', body: '{' })
  assert.equal(refused.headers['access-control-allow-origin'], '*')
})

test('global privacy control of the browser is heard', async () => {
  const ports = memoryPorts()
  const { app } = await createCollector(ports, SHOP)
  const gpc = { ...headers, 'sec-gpc': '1' }
  await app.inject({ method: 'POST', url: '/v1/events', headers: gpc, body: JSON.stringify(GOOD) })
  assert.deepEqual((await eventsIn(ports.log))[0]?.consent, { marketing: false })
})

test('it is ready while it reaches the log and the keys', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const ports = memoryPorts()
  let away = false
  const read: EventLog['read'] = async (...of) => {
    if (away) throw new TransientError('EBB_TEST_AWAY', 'no broker answers')
    return ports.log.read(...of)
  }
  const { app, stop } = await createCollector({ ...ports, log: { ...ports.log, read } }, SHOP)
  assert.equal((await app.inject('/readyz')).statusCode, 200)
  away = true
  await vi.advanceTimersByTimeAsync(5_000)
  const { error, checks } = (await app.inject('/readyz')).json()
  assert.equal(error.message, 'Not ready: event log')
  assert.match(checks['event log'], /no broker answers/)
  away = false
  await vi.advanceTimersByTimeAsync(2_500)
  assert.equal((await app.inject('/readyz')).statusCode, 200)
  await stop()
  vi.useRealTimers()
})

test('it does not start without its topics', async () => {
  const log = memoryEventLog({ topics: [], now: () => NOON })
  const config = { ...SHOP, host: '127.0.0.1', port: 0 }
  await assert.rejects(start({ ...memoryPorts(), log }, config), { code: 'EBB_TOPIC_MISSING' })
})

test('it listens, stops, and says how to get another port', async () => {
  const config = { ...SHOP, host: '127.0.0.1', port: 0 }
  const { url, stop } = await start(memoryPorts(), config)
  try {
    assert.equal((await fetch(`${url}/livez`)).status, 200)
    const port = Number(new URL(url).port)
    await assert.rejects(start(memoryPorts(), { ...config, port }), (error: Error) => {
      assert.match(error.message, /^EBB_HTTP_PORT_IN_USE.*127\.0\.0\.1:\d+.*EBB_COLLECTOR_PORT/)
      return true
    })
  } finally {
    await stop()
    await stop()
  }
})
