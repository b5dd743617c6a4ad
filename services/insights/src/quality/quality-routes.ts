import { dayOf } from '@ebb/customer/calendar'
import type { Queries } from '@ebb/postgres/transaction'
import type { FastifyInstance } from 'fastify'
import { type QualityWish, readQuality } from './quality-page.ts'

// What came cannot have come before 1970.
const DAY = { type: 'string', format: 'date', pattern: '^(19[7-9]|[2-9])' }

/** The query of `GET /api/quality`. */
export const QUALITY_QUERY = {
  type: 'object',
  properties: {
    from: DAY,
    to: DAY,
    // PostgreSQL has no NUL in a text.
    source: { type: 'string', pattern: '^[^\\u0000]*$' },
  },
}

/** How the day of the shop is known. */
interface ShopDay {
  readonly timeZone: string
  /** Process clock, ms. */
  readonly now: () => number
}

/** The quality of what came, by source and day. */
export const qualityRoutes = (
  api: FastifyInstance,
  postgres: Queries,
  { timeZone, now }: ShopDay,
): void => {
  api.get<{ Querystring: QualityWish }>(
    '/api/quality',
    { schema: { querystring: QUALITY_QUERY } },
    ({ query }) => readQuality(postgres, query, dayOf(now(), timeZone)),
  )
}
