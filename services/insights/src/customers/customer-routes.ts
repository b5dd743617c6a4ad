import { CUSTOMER_SORTS } from '@ebb/contracts/dashboard-api'
import { LIFECYCLES } from '@ebb/customer/lifecycle'
import type { FastifyInstance } from 'fastify'
import { type ModelScoring, modelInForce } from '../grading/model-in-force.ts'
import { type CsvWish, customersCsv } from './customer-csv.ts'
import { customerDetail, type DetailSource } from './customer-detail.ts'
import { type ListWish, listCustomers } from './customer-list.ts'
import { STANDINGS } from './standing.ts'

/** What the routes work with. */
export interface CustomerRouteSettings extends DetailSource {
  readonly currency: string
  /** Until a model is promoted. */
  readonly scoring: ModelScoring
  /** Process clock: what risks are of. */
  readonly now: () => number
}

// PostgreSQL has no NUL in a text.
const TEXT = { type: 'string', maxLength: 256, pattern: '^[^\\u0000]*$' }

const FILTER = {
  search: TEXT,
  standing: { type: 'string', enum: [...STANDINGS] },
  lifecycle: { type: 'string', enum: [...LIFECYCLES] },
  tag: { ...TEXT, maxLength: 40 },
  held: { type: 'boolean' },
}
const PAGE = {
  sort: { type: 'string', enum: [...CUSTOMER_SORTS], default: 'risk' },
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  after: { type: 'string', maxLength: 4_096 },
}

/** The query of `GET /api/customers`. */
export const CUSTOMERS_QUERY = { type: 'object', properties: { ...FILTER, ...PAGE } }
/** The query of `GET /api/customers.csv`. */
export const CSV_QUERY = { type: 'object', properties: FILTER }

/** The list of customers, the same as a file, and one customer. */
export const customerRoutes = (api: FastifyInstance, settings: CustomerRouteSettings): void => {
  const { currency, now, postgres } = settings
  const inForce = async () => ({
    ...settings,
    scoring: await modelInForce(postgres, settings.scoring),
  })
  api.get<{ Querystring: ListWish }>(
    '/api/customers',
    { schema: { querystring: CUSTOMERS_QUERY } },
    async ({ query }) => listCustomers(await inForce(), query, now()),
  )
  api.get<{ Querystring: CsvWish }>(
    '/api/customers.csv',
    { schema: { querystring: CSV_QUERY }, exposeHeadRoute: false },
    async ({ query }, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="ebb-customers.csv"')
        .send(customersCsv(await inForce(), query, { currency, now: now() })),
  )
  api.get<{ Params: { key: string } }>(
    '/api/customers/:key',
    {
      schema: {
        params: { type: 'object', properties: { key: { ...TEXT, maxLength: 1_024 } } },
      },
    },
    async ({ params: { key: customerId }, visitor }) =>
      customerDetail(await inForce(), { customerId, role: visitor!.role, now: now() }),
  )
}
