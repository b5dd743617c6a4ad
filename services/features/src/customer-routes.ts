import type { AccessKeys } from '@ebb/runtime/access-keys'
import { requireScope } from '@ebb/runtime/authorise'
import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance } from 'fastify'
import { type CustomerReader, readCustomer } from './customer-reader.ts'

/** What the routes work with. */
export interface CustomerRouteSettings {
  readonly keys: AccessKeys
  readonly reader: CustomerReader
}

/** Lets a secret key read what is known of a customer. */
export const SCOPE_CUSTOMERS_READ = 'customers:read'

/** `GET /v1/customers/:key` behind a secret key with the scope `customers:read`. */
export const customerRoutes = (app: FastifyInstance, settings: CustomerRouteSettings): void => {
  app.get<{ Params: { key: string } }>('/v1/customers/:key', async (request) => {
    requireScope(request, settings.keys, SCOPE_CUSTOMERS_READ)
    const customer = await readCustomer(settings.reader, request.params.key)
    if (customer !== undefined) return customer
    const what = 'Nothing was heard of this customer'
    const fix = 'Give the key as u: and the user id, or a: and the anonymous id, URL-encoded'
    const where = '/v1/customers/:key'
    throw new CodedError('EBB_CUSTOMER_UNKNOWN', { what, where, fix }, { status: 404 })
  })
}
