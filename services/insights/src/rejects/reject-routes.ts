import type { FastifyInstance } from 'fastify'
import type { LogReader } from '../stream/topic-tail.ts'
import { listRejects, type RejectWish } from './reject-list.ts'

/** The query of `GET /api/rejects`. */
export const REJECTS_QUERY = {
  type: 'object',
  properties: {
    source: { type: 'string' },
    code: { type: 'string' },
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
  },
}

/** The refused records. */
export const rejectRoutes = (api: FastifyInstance, log: LogReader): void => {
  api.get<{ Querystring: RejectWish }>(
    '/api/rejects',
    { schema: { querystring: REJECTS_QUERY } },
    ({ query }) => listRejects(log, query),
  )
}
