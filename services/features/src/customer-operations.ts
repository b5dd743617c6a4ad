import type { HttpReference } from '@ebb/contracts/openapi'
import { CustomerView } from './customer-view.ts'

/** What the feature service answers over HTTP. */
export const FEATURES_REFERENCE: HttpReference = {
  title: 'Feature service',
  server: 'http://127.0.0.1:8081',
  schemas: { CustomerView },
  operations: {
    'GET /v1/customers/:key': {
      what: 'What is known of one customer',
      access: { by: 'secretKey', needs: ['customers:read'] },
      path: {
        key: {
          what: 'the customer key: `u:` and the user id, or `a:` and the anonymous id',
          schema: { type: 'string' },
          example: 'u:42',
        },
      },
      answers: { 200: { what: 'the customer', schema: CustomerView } },
      refusals: { 404: 'nothing was heard of the customer' },
    },
  },
}
