import type { FastifyInstance } from 'fastify'
import type { SignIn } from '../access/sign-in.ts'
import type { LiveFeed } from './live-feed.ts'

/** What happens now, once and as a stream. */
export const liveRoutes = (api: FastifyInstance, feed: LiveFeed, signIn: SignIn): void => {
  api.get('/api/live', () => feed.look())
  api.get('/api/live/stream', { exposeHeadRoute: false }, (request, reply) => {
    const visitor = request.visitor!
    const isAllowed = () => signIn.isStillIn(visitor)
    feed.join({ reply, isAllowed }, request.headers['last-event-id'])
  })
}
