import { connect } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { type Audience, audience, frameOf, type Joining, type Viewer } from './sse-audience.ts'
import { openSse } from './sse-client-fixture.ts'

describe('an audience', () => {
  let app: FastifyInstance
  let viewers: Audience
  const joined: Viewer[] = []
  afterEach(async () => {
    viewers.stop()
    joined.length = 0
    await app.close()
  })
  const listen = async (over: Partial<Joining> = {}, heartbeatMs = 60_000): Promise<URL> => {
    app = fastify({ forceCloseConnections: true })
    viewers = audience({ heartbeatMs })
    app.get('/', (_request, reply) => {
      reply.header('x-kept', 'yes')
      joined.push(viewers.join({ reply, isAllowed: () => true, ...over }))
    })
    return new URL(await app.listen({ port: 0 }))
  }

  test('gets frames with event, data and id, and the headers that were set', async () => {
    const client = await openSse((await listen()).href, {})
    expect(client.headers.get('content-type')).toBe('text/event-stream')
    expect([client.headers.get('cache-control'), client.headers.get('x-kept')]).toEqual([
      ...['no-store', 'yes'],
    ])
    joined[0]!.write(frameOf('live', { text: 'two\nlines' }, '3.4'))
    expect(await client.next('live')).toEqual({
      event: 'live',
      data: { text: 'two\nlines' },
      id: '3.4',
    })
    joined[0]!.write(frameOf('live', 5))
    expect(await client.next('live')).toEqual({ event: 'live', data: 5, id: '3.4' })
    client.leave()
  })

  test('who leaves is forgotten', async () => {
    const left = Promise.withResolvers<void>()
    const client = await openSse((await listen({ onLeave: left.resolve })).href, {})
    expect(viewers.size()).toBe(1)
    client.leave()
    await left.promise
    expect([viewers.size(), joined[0]!.hasLeft()]).toEqual([0, true])
    joined[0]!.write(frameOf('live', 1))
    await joined[0]!.drained()
  })

  test('who takes nothing is let go before much is kept for them', async () => {
    const left = Promise.withResolvers<void>()
    const { port } = await listen({ onLeave: left.resolve })
    const socket = connect(Number(port), '127.0.0.1')
    socket.pause()
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    while (joined.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const frame = frameOf('live', 'x'.repeat(65_536))
    while (!joined[0]!.hasLeft()) {
      joined[0]!.write(frame)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await left.promise
    socket.destroy()
  })

  test.each([
    ['is signed out', () => false],
    [
      'cannot be asked about',
      () => {
        throw new Error('the keys cannot be read')
      },
    ],
  ])('who %s is shown nothing more', async (_what, isAllowed) => {
    const client = await openSse((await listen({ isAllowed }, 1)).href, {})
    await client.ended()
  })

  test('who comes when it is over does not stay', async () => {
    const { href } = await listen()
    viewers.stop()
    const client = await openSse(href, {})
    await client.ended()
  })

  test('a connection is kept alive while nothing happens', async () => {
    const { href } = await listen({}, 1)
    const response = await fetch(href)
    const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('\n:\n\n')) text += (await pieces.read()).value
    expect(text.startsWith('retry: 1000\n\n')).toBe(true)
    await pieces.cancel()
  })
})
