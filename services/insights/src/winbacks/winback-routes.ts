import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askRetention, type RetentionAddress } from './retention.ts'

const BODY_BYTES = 1_048_576

const ROUTES = [
  ['GET', '/summary'],
  ['GET', '/decisions'],
  ['GET', '/exclusions'],
  ['GET', '/policy'],
  ['GET', '/coupons/:code'],
  ['PUT', '/mode'],
  ['PUT', '/policy'],
  ['POST', '/exclusions'],
  ['DELETE', '/exclusions/:customerId'],
  ['POST', '/test-send'],
] as const

/**
 * Hands requests on to retention with a key of ours, so that roles stand in one place; bodies and
 * answers pass byte for byte.
 */
export const winbackRoutes = async (
  api: FastifyInstance,
  retention: RetentionAddress,
): Promise<void> => {
  await api.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_BYTES },
      (_request, body, done) => done(null, body),
    )
    for (const [method, path] of ROUTES)
      scope.route({
        method,
        url: `/api/winbacks${path}`,
        handler: (request, reply) => handOn(retention, request, reply),
      })
  })
}

const handOn = async (
  retention: RetentionAddress,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const answer = await askRetention(retention, {
    method: request.method,
    path: pathOf(request),
    contentType: request.headers['content-type'],
    body: request.body instanceof Buffer ? new Uint8Array(request.body) : undefined,
  })
  for (const name of ['content-type', 'retry-after']) {
    const value = answer.headers.get(name)
    if (value !== null) reply.header(name, value)
  }
  return reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()))
}

/** Made anew from the route, so that no parameter can lead to another one. */
const pathOf = ({ routeOptions, params, url }: FastifyRequest): string => {
  const path = (routeOptions.url ?? '')
    .slice('/api/winbacks'.length)
    .replace(/:(\w+)/, (_all, name) => segment((params as Record<string, string>)[name] ?? ''))
  const query = url.indexOf('?')
  return query < 0 ? path : path + url.slice(query)
}

/** A URL takes `.` and `..` for ways to go, encoded too. */
const segment = (value: string): string => {
  if (value !== '.' && value !== '..') return encodeURIComponent(value)
  const what = `"${value}" names nothing`
  const fix = 'Check the path'
  throw new CodedError('EBB_HTTP_NOT_FOUND', { what, fix }, { status: 404 })
}
