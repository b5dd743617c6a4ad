import type { AlertPage } from '@ebb/contracts/dashboard-api'
import type { Queries } from '@ebb/postgres/transaction'
import type { FastifyInstance } from 'fastify'
import { listAlerts } from './alert-list.ts'
import { alertView } from './alert-view.ts'

/** The query of `GET /api/alerts`. */
export const ALERTS_QUERY = {
  type: 'object',
  properties: { limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 } },
}

/** The latest alerts. */
export const alertRoutes = (api: FastifyInstance, postgres: Queries): void => {
  api.get<{ Querystring: { limit: number } }>(
    '/api/alerts',
    { schema: { querystring: ALERTS_QUERY } },
    async ({ query: { limit } }): Promise<AlertPage> => ({
      alerts: (await listAlerts(postgres, { limit })).map(alertView),
    }),
  )
}
