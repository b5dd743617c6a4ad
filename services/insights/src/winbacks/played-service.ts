import fastify from 'fastify'

/** A request as it came. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly key: string | undefined
  readonly type: string | undefined
  readonly body: string
}

/** What is answered: a status, and bytes with a type. */
export interface Played {
  readonly status: number
  readonly body: string
  readonly type?: string
}

/** A service played over real HTTP: says what it is told to, and remembers what it was asked. */
export const playService = async (answer: (asked: Asked) => Played) => {
  const app = fastify({ routerOptions: { maxParamLength: 1_024 } })
  const asked: Asked[] = []
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.all('/*', (request, reply) => {
    const { method, url, headers } = request
    const body = String(request.body ?? '')
    const seen = { method, url, key: headers.authorization, type: headers['content-type'], body }
    asked.push(seen)
    const { status, body: sent, type = 'application/json' } = answer(seen)
    return reply.code(status).type(type).send(sent)
  })
  return { url: await app.listen({ port: 0 }), asked, stop: () => app.close() }
}
