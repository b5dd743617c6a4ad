import type { AccessKeys } from '@ebb/runtime/access-keys'
import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance, FastifyRequest } from 'fastify'
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
    authorise(request, settings.keys)
    const customer = await readCustomer(settings.reader, request.params.key)
    if (customer !== undefined) return customer
    const what = 'Nothing was heard of this customer'
    const fix = 'Give the key as u: and the user id, or a: and the anonymous id, URL-encoded'
    const where = '/v1/customers/:key'
    throw new CodedError('EBB_CUSTOMER_UNKNOWN', { what, where, fix }, { status: 404 })
  })
}

const authorise = ({ headers }: FastifyRequest, keys: AccessKeys): void => {
  const [, presented = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? []
  const grant = keys.find(presented)
  if (grant?.kind === 'secret' && grant.scopes.includes(SCOPE_CUSTOMERS_READ)) return
  const where = 'Authorization header'
  const fix =
    'Make one with `ebb keys create --source NAME --secret --scope customers:read`, send it as Bearer'
  if (presented === '') {
    const what = 'This needs a secret key, and none was sent'
    throw new CodedError('EBB_KEY_MISSING', { what, where, fix }, { status: 401 })
  }
  if (grant === undefined) {
    const what = 'The key is unknown or was revoked'
    throw new CodedError('EBB_KEY_UNKNOWN', { what, where, fix }, { status: 401 })
  }
  const what = `This key may not read customers: it lacks the scope ${SCOPE_CUSTOMERS_READ}`
  throw new CodedError('EBB_KEY_SCOPE', { what, where, fix }, { status: 403 })
}
