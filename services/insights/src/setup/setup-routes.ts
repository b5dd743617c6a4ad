import type { SetupView } from '@ebb/contracts/dashboard-api'
import type { FastifyInstance } from 'fastify'
import type { SignIn } from '../access/sign-in.ts'
import type { EventDebugger } from './event-debugger.ts'

/** What a shop needs to send its first event. */
export interface SetupSettings {
  readonly collectorUrl: string
  readonly writeKeys: () => SetupView['writeKeys']
  readonly debug: EventDebugger
  readonly signIn: SignIn
}

/** The query of `GET /api/setup/stream`. */
export const SETUP_QUERY = { type: 'object', properties: { source: { type: 'string' } } }

/** Where and with what events are sent, and those that arrive. */
export const setupRoutes = (api: FastifyInstance, settings: SetupSettings): void => {
  const { collectorUrl, writeKeys, debug, signIn } = settings
  api.get('/api/setup', async (): Promise<SetupView> => ({ collectorUrl, writeKeys: writeKeys() }))
  api.get<{ Querystring: { source?: string } }>(
    '/api/setup/stream',
    { schema: { querystring: SETUP_QUERY }, exposeHeadRoute: false },
    (request, reply) => {
      const visitor = request.visitor!
      const isAllowed = () => signIn.isStillIn(visitor)
      debug.join({ reply, isAllowed }, request.query.source || undefined)
    },
  )
}
