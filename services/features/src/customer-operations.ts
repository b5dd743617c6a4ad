import type { HttpReference } from '@ebb/contracts/openapi'
import Type from 'typebox'
import { CustomersBody, CustomersView, CustomerView, VIEWERS } from './customer-view.ts'

const AS = Type.Object({
  as: Type.Optional(
    Type.Union(
      VIEWERS.map((viewer) => Type.Literal(viewer)),
      {
        description:
          'for whom: support (orders, evidence, visits, consent) or analyst (windows, rates, tastes, ' +
          'habits); everything unless given',
      },
    ),
  ),
})

/** What the feature service answers over HTTP. */
export const FEATURES_REFERENCE: HttpReference = {
  title: 'Feature service',
  server: 'http://127.0.0.1:8081',
  schemas: { CustomerView, CustomersBody, CustomersView },
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
      query: AS,
      answers: { 200: { what: 'the customer, or the part asked for', schema: CustomerView } },
      refusals: { 404: 'nothing was heard of the customer', 422: 'there is no such view' },
    },
    'POST /v1/customers/batch': {
      what: 'What is known of up to 100 customers',
      access: { by: 'secretKey', needs: ['customers:read'] },
      query: AS,
      body: { schema: CustomersBody, examples: { two: { keys: ['u:42', 'a:7f3c'] } } },
      answers: { 200: { what: 'those of whom something was heard', schema: CustomersView } },
      refusals: { 422: 'the body cannot be used, or there is no such view' },
    },
  },
}
