import fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { postRequests, sendAll } from './http-load.ts'

const app = () => fastify()
let server = app()
afterEach(async () => {
  await server.close()
  server = app()
})

const listening = async () => {
  const { hostname: host, port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }))
  return { host, port: Number(port), path: '/v1/events', writeKey: 'ebbw_bench' }
}

test('every request arrives once, whole and with its key, and is waited for', async () => {
  const heard: unknown[] = []
  server.post('/v1/events', async ({ body, headers }) => {
    heard.push(body)
    return { key: headers['x-write-key'], long: 'é'.repeat(100_000) }
  })
  const bodies = Array.from({ length: 100 }, (_, number) => ({ number, text: 'ü' }))
  const target = await listening()
  const requests = postRequests(
    target,
    bodies.map((body) => JSON.stringify(body)),
  )
  const latencies = await sendAll(target, requests)
  expect(latencies).toHaveLength(100)
  expect(heard.toSorted((a, b) => numberOf(a) - numberOf(b))).toEqual(bodies)
})

const numberOf = (body: unknown): number => (body as { number: number }).number

test('at most sixteen requests are on their way at once', async () => {
  let open = 0
  let most = 0
  server.post('/v1/events', async () => {
    open += 1
    most = Math.max(most, open)
    await new Promise((resolve) => setImmediate(resolve))
    open -= 1
    return {}
  })
  const target = await listening()
  await sendAll(target, postRequests(target, new Array<string>(64).fill('{}')))
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(16)
})

test('an answer that is not 2xx ends the run with its words', async () => {
  server.post('/v1/events', (_request, reply) => reply.code(503).send({ code: 'EBB_LOG_AWAY' }))
  const target = await listening()
  await expect(sendAll(target, postRequests(target, ['{}']))).rejects.toThrow('EBB_LOG_AWAY')
})
