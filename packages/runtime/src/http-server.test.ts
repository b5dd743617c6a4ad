import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, test } from 'vitest'
import { CodedError } from './coded-error.ts'
import { createHttpServer, type HttpServer, type ReadinessCheck } from './http-server.ts'
import { createLogger } from './logger.ts'

const servers: HttpServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

const logLines: string[] = []
const logger = createLogger({
  service: 'test',
  level: 'info',
  destination: { write: (line) => logLines.push(line) },
})

const serverWith = (readiness: Record<string, ReadinessCheck> = {}): HttpServer => {
  const server = createHttpServer({ logger, readiness })
  servers.push(server)
  return server
}

const LISTEN = { port: 0, howToChange: 'Set SHOP_PORT to another port' }

test('it is alive as soon as it answers', async () => {
  const reply = await serverWith().app.inject('/livez')
  assert.equal(reply.statusCode, 200)
})

test('it is ready when all checks pass, and else says which do not', async () => {
  let reachable = false
  const { app, unready } = serverWith({
    log: () => {
      if (!reachable) throw new Error('no broker answers')
    },
    keys: async () => undefined,
  })
  const before = await app.inject('/readyz')
  assert.equal(before.statusCode, 503)
  assert.deepEqual(before.json().checks, { log: 'no broker answers', keys: 'ok' })
  assert.equal(before.json().error.message, 'Not ready: log')
  reachable = true
  assert.equal((await app.inject('/readyz')).statusCode, 200)
  unready()
  assert.equal((await app.inject('/readyz')).json().error.message, 'Not ready: process')
})

test('a thing that is ready and has something to say says it', async () => {
  const spool = () => ({ note: '12 records wait' })
  const server = serverWith({ spool, keys: () => undefined })
  const answer = await server.app.inject('/readyz')
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(answer.json(), {
    status: 'ready',
    checks: { spool: '12 records wait', keys: 'ok' },
  })
})

test('a path that is not there and a method that is not taken have the uniform body', async () => {
  const { app } = serverWith()
  app.post('/v1/keys/:id', async () => ({}))
  const nowhere = await app.inject('/v1/other?q=1')
  assert.equal(nowhere.statusCode, 404)
  assert.equal(nowhere.json().error.code, 'EBB_HTTP_NOT_FOUND')
  assert.equal(nowhere.json().error.where, 'GET /v1/other')
  const wrongMethod = await app.inject({ method: 'DELETE', url: '/v1/keys/7/' })
  assert.equal(wrongMethod.statusCode, 405)
  assert.equal(wrongMethod.json().error.code, 'EBB_HTTP_METHOD_NOT_ALLOWED')
  assert.equal(wrongMethod.headers['allow'], 'POST')
})

test('a coded error is told as it is, any other keeps its secrets and goes to the log', async () => {
  const { app } = serverWith()
  app.get('/coded', async () => {
    throw new CodedError(
      'EBB_X',
      { what: 'Too few', where: '/n', fix: 'Send more' },
      { status: 409 },
    )
  })
  app.get('/unknown', async () => {
    throw new Error('password is hunter2')
  })
  const coded = await app.inject('/coded')
  assert.equal(coded.statusCode, 409)
  const expected = { code: 'EBB_X', message: 'Too few', where: '/n', fix: 'Send more' }
  assert.deepEqual(coded.json(), { error: expected })
  const unknown = await app.inject('/unknown')
  assert.equal(unknown.statusCode, 500)
  assert.equal(unknown.json().error.code, 'EBB_HTTP_INTERNAL')
  assert.doesNotMatch(unknown.body, /hunter2/)
  assert.match(logLines.join(), /hunter2/)
})

test('our own trouble says when to come back, and does not bury the log', async () => {
  const { app } = serverWith()
  app.get('/', async () => {
    throw new CodedError('EBB_X', { what: 'The broker is away', fix: 'Wait' }, { status: 503 })
  })
  const before = logLines.length
  assert.equal((await app.inject('/')).headers['retry-after'], '1')
  assert.equal((await app.inject('/')).statusCode, 503)
  assert.equal(logLines.length - before, 1)
})

test('a body that was too large ends the connection', async () => {
  const { app } = serverWith()
  app.post('/', async () => ({}))
  const body = JSON.stringify('x'.repeat(2 ** 21))
  const headers = { 'content-type': 'application/json' }
  const reply = await app.inject({ method: 'POST', url: '/', headers, body })
  assert.equal(reply.statusCode, 413)
  assert.equal(reply.headers['connection'], 'close')
})

test('an error of the framework has the uniform body', async () => {
  const { app } = serverWith()
  app.post('/', async () => ({}))
  for (const request of [
    { method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, body: '{' },
    { method: 'GET', url: '/%zz' },
  ] as const) {
    const reply = await app.inject(request)
    assert.equal(reply.statusCode, 400)
    assert.equal(reply.json().error.code, 'EBB_HTTP_BAD_REQUEST')
  }
})

test('what is not HTTP gets an answer and no more', async () => {
  const url = new URL(await serverWith().listen(LISTEN))
  const socket = connect(Number(url.port), url.hostname)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write('NO SUCH THING\r\n\r\n')
  await once(socket, 'close')
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request/)
  assert.equal(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').error.code, 'EBB_HTTP_BAD_REQUEST')
})

test('what is not HTTP loses its connection, also where it never ends its side', {
  timeout: 10_000,
}, async () => {
  const server = serverWith()
  const url = new URL(await server.listen(LISTEN))
  const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true })
  const [taken] = (await once(server.app.server, 'connection')) as [Socket]
  socket.write('NO SUCH THING\r\n\r\n')
  await once(taken, 'close')
  socket.destroy()
})

test('a parameter of a path is as long as an id may be', async () => {
  const { app } = serverWith()
  app.get('/v1/customers/:key', async ({ params }) => params)
  const key = `u:${'/'.repeat(256)}`
  const reply = await app.inject(`/v1/customers/${encodeURIComponent(key)}`)
  assert.deepEqual(reply.json(), { key })
})

test('a port that is taken is told with the way to another', async () => {
  const address = await serverWith().listen(LISTEN)
  const { hostname, port } = new URL(address)
  assert.equal(hostname, '127.0.0.1')
  await assert.rejects(serverWith().listen({ ...LISTEN, port: Number(port) }), {
    code: 'EBB_HTTP_PORT_IN_USE',
    where: `127.0.0.1:${port}`,
    fix: LISTEN.howToChange,
  })
})

test('stopping answers what was asked and takes nothing new', async () => {
  const server = serverWith()
  let answer: (value: unknown) => void = () => undefined
  const asked = new Promise<void>((entered) => {
    server.app.get('/slow', () => {
      entered()
      return new Promise((resolve) => {
        answer = resolve
      })
    })
  })
  const address = await server.listen(LISTEN)
  const pending = fetch(`${address}/slow`)
  await asked
  const stopped = server.stop()
  answer({ done: true })
  assert.deepEqual(await (await pending).json(), { done: true })
  await stopped
  await assert.rejects(fetch(`${address}/livez`))
})

// Two servers that stop one after the other have 10 s, so one may not take half of it.
test('a request that never ends does not keep a server from stopping', {
  timeout: 4_500,
}, async () => {
  const server = serverWith()
  const asked = new Promise<void>((entered) => {
    server.app.get('/endless', () => {
      entered()
      return new Promise(() => undefined)
    })
  })
  const pending = fetch(`${await server.listen(LISTEN)}/endless`)
  const cut = assert.rejects(pending)
  await asked
  await server.stop()
  await cut
})
