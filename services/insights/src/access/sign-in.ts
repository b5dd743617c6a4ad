import { createHash } from 'node:crypto'
import type { ProcessClock } from '@ebb/runtime/clock'
import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tooManyTries, wrongToken } from './access-faults.ts'
import type { DashboardKeys, DashboardPerson } from './dashboard-keys.ts'
import { wrongTokenLimit } from './wrong-token-limit.ts'

/** What sign-ins are made of. */
export interface SignInSettings {
  readonly keys: DashboardKeys
  /** Sign-ins live by the wall clock, also in a demonstration. */
  readonly wall: ProcessClock
  /** Signs the cookies; a new one ends every sign-in. */
  readonly sessionSecret: string
}

/** Somebody who is signed in. */
export interface Visitor extends DashboardPerson {
  readonly by: 'cookie' | 'bearer'
  /** Wall clock, ms; of a cookie. */
  readonly expiresAt?: number
}

/** Finds out who asks, and lets people in and out. */
export interface SignIn {
  /**
   * Who sent a request; `undefined` where nobody is signed in. Throws `EBB_INSIGHTS_TOKEN` for a
   * wrong Bearer token, and `EBB_INSIGHTS_TRIES` after many.
   */
  visitorOf(request: FastifyRequest): Visitor | undefined
  /** Whether who was let in a while ago would be let in now, with the same role. */
  isStillIn(visitor: Visitor): boolean
  /** Sets the cookie of a token's person. Throws as `visitorOf` does. */
  enter(request: FastifyRequest, reply: FastifyReply, token: string): Visitor
  /** Takes the cookie away. */
  leave(request: FastifyRequest, reply: FastifyReply): void
}

const SESSION_MS = 12 * 3_600_000

/** Sign-in by a cookie that holds a key's id and an end, signed; and by Bearer for scripts. */
export const signInOn = async (
  app: FastifyInstance,
  { keys, wall, sessionSecret }: SignInSettings,
): Promise<SignIn> => {
  await app.register(fastifyCookie, { secret: sessionSecret })
  const limit = wrongTokenLimit(wall)
  const cookie = cookieName(sessionSecret)
  const personOf = (token: string, { ip }: FastifyRequest): DashboardPerson => {
    if (!limit.isOpen(ip)) throw tooManyTries()
    const person = keys.find(token)
    if (person !== undefined) return person
    limit.count(ip)
    throw wrongToken()
  }
  const ofCookie = (request: FastifyRequest): Visitor | undefined => {
    const sealed = request.cookies[cookie]
    const { valid, value } =
      sealed === undefined ? { valid: false, value: null } : request.unsignCookie(sealed)
    const [, id = '', end = ''] = /^(.+)\.(\d+)$/.exec((valid && value) || '') ?? []
    const expiresAt = Number(end)
    if (expiresAt <= wall.now()) return undefined
    const person = keys.byId(id)
    return person && { ...person, by: 'cookie', expiresAt }
  }
  return {
    visitorOf: (request) => {
      const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
      if (token === undefined) return ofCookie(request)
      return { ...personOf(token, request), by: 'bearer' }
    },
    isStillIn: ({ id, role, expiresAt = Number.POSITIVE_INFINITY }) =>
      expiresAt > wall.now() && keys.byId(id)?.role === role,
    enter: (request, reply, token) => {
      const person = personOf(token, request)
      const expiresAt = wall.now() + SESSION_MS
      const options = { ...cookieOptions(request), maxAge: SESSION_MS / 1_000, signed: true }
      reply.setCookie(cookie, `${person.id}.${expiresAt}`, options)
      return { ...person, by: 'cookie', expiresAt }
    },
    leave: (request, reply) => {
      reply.clearCookie(cookie, cookieOptions(request))
    },
  }
}

/** Cookies do not know ports: two installations on one machine must not end each other's sign-ins. */
const cookieName = (secret: string): string =>
  `ebb_${createHash('sha256').update(`cookie of ${secret}`).digest('hex').slice(0, 8)}`

const cookieOptions = ({ protocol, headers }: FastifyRequest) => ({
  path: '/api',
  httpOnly: true,
  sameSite: 'strict' as const,
  // Whoever forges the header only makes their own cookie stricter.
  secure: protocol === 'https' || headers['x-forwarded-proto'] === 'https',
})
