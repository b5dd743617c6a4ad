import type { AccessKeys } from '@ebb/runtime/access-keys'
import { requireScope } from '@ebb/runtime/authorise'
import { CodedError } from '@ebb/runtime/coded-error'
import { bodyReader } from '@ebb/runtime/read-body'
import type { FastifyInstance } from 'fastify'
import { type CustomerReader, readCustomer, readCustomers } from './customer-reader.ts'
import { CustomersBody, VIEWERS, type Viewer, viewFor } from './customer-view.ts'

/** What the routes work with. */
export interface CustomerRouteSettings {
  readonly keys: AccessKeys
  readonly reader: CustomerReader
}

/** Lets a secret key read what is known of a customer. */
export const SCOPE_CUSTOMERS_READ = 'customers:read'

const readBatch = bodyReader(CustomersBody, 'docs/api.md')

/** `GET /v1/customers/:key` and `POST /v1/customers/batch`, behind a secret key with that scope. */
export const customerRoutes = (app: FastifyInstance, settings: CustomerRouteSettings): void => {
  const { keys, reader } = settings
  app.get<{ Params: { key: string } }>('/v1/customers/:key', async (request) => {
    requireScope(request, keys, SCOPE_CUSTOMERS_READ)
    const viewer = viewerOf(request.query)
    const customer = await readCustomer(reader, request.params.key)
    if (customer !== undefined) return viewFor(customer, viewer)
    const what = 'Nothing was heard of this customer'
    const fix = 'Give the key as u: and the user id, or a: and the anonymous id, URL-encoded'
    const where = '/v1/customers/:key'
    throw new CodedError('EBB_CUSTOMER_UNKNOWN', { what, where, fix }, { status: 404 })
  })
  app.post('/v1/customers/batch', async (request) => {
    requireScope(request, keys, SCOPE_CUSTOMERS_READ)
    const viewer = viewerOf(request.query)
    const wanted = readBatch(request.body).keys
    const found = await readCustomers(reader, wanted)
    return {
      customers: [...found.values()].map((customer) => viewFor(customer, viewer)),
      unknown: [...new Set(wanted)].filter((key) => !found.has(key)),
    }
  })
}

const viewerOf = (query: unknown): Viewer | undefined => {
  const { as } = query as { as?: unknown }
  if (as === undefined) return undefined
  const viewer = VIEWERS.find((known) => known === as)
  if (viewer !== undefined) return viewer
  const what = `There is no view as ${JSON.stringify(as)}`
  const fix = `Ask with as=${VIEWERS.join(' or as=')}, or leave it out for all that is known`
  throw new CodedError('EBB_REQUEST_INVALID', { what, where: 'query/as', fix }, { status: 422 })
}
