import fastify from 'fastify'
import { expect, test } from 'vitest'
import { KEYS } from '../insights-fixture.ts'
import { guardRoutes } from './guard.ts'
import { allowedAt } from './route-roles.ts'
import { signInOn } from './sign-in.ts'

const guarded = async () => {
  const app = fastify()
  const sessionSecret = 'a secret of forty characters for testing'
  guardRoutes(app, await signInOn(app, { keys: KEYS, wall: { now: () => 1 }, sessionSecret }))
  return app
}

test('a route that the table does not know cannot be registered', async () => {
  const app = await guarded()
  expect(() => app.get('/api/secrets', () => 'all')).toThrow('EBB_INSIGHTS_ROUTE')
  expect(() => app.put('/api/rejects', () => 'all')).toThrow('EBB_INSIGHTS_ROUTE')
  app.get('/api/rejects', () => 'some')
  await app.close()
})

test('HEAD is allowed as GET is', () => {
  expect(allowedAt('HEAD', '/api/customers')).toBe(allowedAt('GET', '/api/customers'))
  expect(allowedAt('PUT', '/api/customers')).toBeUndefined()
})
