import type { HttpReference, Operation } from '@ebb/contracts/openapi'
import { openApiDocument } from '@ebb/contracts/openapi'
import Type from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { expectDocumented } from './documented-answer-fixture.ts'
import { createHttpServer } from './http-server.ts'
import { createLogger } from './logger.ts'
import { serveReference } from './serve-reference.ts'

const Coat = Type.Object({ id: Type.String(), size: Type.Optional(Type.Integer()) })
const operation: Operation = { what: 'One coat', answers: { 200: { what: 'it', schema: Coat } } }
const reference: HttpReference = {
  ...{ title: 'Coats', server: 'http://127.0.0.1:1', schemas: { Coat } },
  operations: { 'GET /coats/:id': operation },
}
const document = openApiDocument(reference)

const serverOf = () => {
  const logger = createLogger({ service: 'test', level: 'silent' })
  const server = createHttpServer({ logger, readiness: {} })
  onTestFinished(() => server.stop())
  serveReference(server.app, reference)
  return server.app
}

test('a server with the routes of its description starts, and serves it', async () => {
  const app = serverOf()
  app.get('/coats/:id', async () => ({ id: '1' }))
  const answer = await app.inject('/openapi.json')
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(document)))
})

test('a route that the description lacks is told at the start', async () => {
  const app = serverOf()
  app.get('/coats/:id', async () => ({ id: '1' }))
  app.post('/coats', async () => ({}))
  await expect(app.ready()).rejects.toThrow(
    'EBB_HTTP_UNDOCUMENTED: routes and /openapi.json differ in POST /coats',
  )
})

test('a route that only the description has is told at the start', async () => {
  await expect(serverOf().ready()).rejects.toThrow('differ in GET /coats/:id')
})

test.each([
  ['an answer as described', 200, { id: '1', size: 2 }, undefined],
  ['an error of any status', 500, { error: { code: 'A', message: 'b' } }, undefined],
  ['a field of another type', 200, { id: 1 }, '/id must be string'],
  ['a field that nobody described', 200, { id: '1', colour: 'red' }, '/colour schema is false'],
  ['a success that nobody described', 204, undefined, 'no such status'],
  ['an error that is none', 404, { code: 'A' }, 'must have required properties error'],
])('%s is judged', (_what, ...told) => {
  const [status, body, fault] = told as [number, unknown, string | undefined]
  const judge = () =>
    expectDocumented(document, { method: 'GET', path: '/coats/1?a=b', status, body })
  if (fault === undefined) judge()
  else expect(judge).toThrow(fault)
})
