import { HaltError } from '@ebb/streaming/faults'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { foreignRequest, notSignedIn, wrongRole } from './access-faults.ts'
import { allowedAt } from './route-roles.ts'
import type { SignIn, Visitor } from './sign-in.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only at routes for anyone. */
    visitor: Visitor | null
  }
}

/**
 * Lets every request to a route of `api` through, or not, by the table of roles. A route without a
 * row in it cannot be registered: throws `EBB_INSIGHTS_ROUTE`.
 */
export const guardRoutes = (api: FastifyInstance, signIn: SignIn): void => {
  api.decorateRequest('visitor', null)
  api.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (allowedAt(each, url) !== undefined) continue
      throw new HaltError('EBB_INSIGHTS_ROUTE', `no row of the roles' table is for ${each} ${url}`)
    }
  })
  api.addHook('onRequest', async (request) => {
    const allowed = allowedAt(request.method, request.routeOptions.url ?? '')
    if (allowed === undefined) return
    const visitor = allowed === 'anyone' ? null : visitorOrThrow(signIn, request)
    if (allowed !== 'anyone' && visitor && !allowed.includes(visitor.role))
      throw wrongRole(visitor.role, allowed)
    if (visitor?.by !== 'bearer' && isChange(request) && !isOwnPage(request)) throw foreignRequest()
    request.visitor = visitor
  })
}

const visitorOrThrow = (signIn: SignIn, request: FastifyRequest): Visitor => {
  const visitor = signIn.visitorOf(request)
  if (visitor === undefined) throw notSignedIn()
  return visitor
}

const isChange = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD'

/** A strange page can send neither: its browser says where it is from, and asks before the header. */
const isOwnPage = ({ headers }: FastifyRequest): boolean =>
  headers['x-ebb-request'] === '1' && hostOf(headers.origin) === headers.host

const hostOf = (origin: string | undefined): string | null =>
  origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null
