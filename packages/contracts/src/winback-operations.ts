import Type from 'typebox'
import { IsoInstant } from './api-view.ts'
import type { Access, Operations } from './openapi.ts'
import {
  CouponView,
  DecisionPage,
  DecisionQuery,
  Exclusion,
  ExclusionBody,
  ModeBody,
  WinbackSummary,
} from './winback-api.ts'
import { WinbackRecord } from './winback-record.ts'

/** Who may do what: of each route by what follows its base, such as `GET /summary`. */
export type WinbackAccess = (route: string) => Access

/**
 * What retention answers below `/v1/winbacks`, and insights below `/api/winbacks`: that hands
 * requests on.
 */
export const winbackOperations = (base: string, accessTo: WinbackAccess): Operations =>
  Object.fromEntries(
    Object.entries(ROUTES).map(([route, operation]) => {
      const [method, path = ''] = route.split(' ')
      return [`${method} ${base}${path}`, { access: accessTo(route), ...operation }]
    }),
  )

/** The least that a policy says. */
const EXAMPLE_POLICY = `name: Calls only
experiment: { id: calls, holdOut: 0.1, windowDays: 30 }
consent: { unknown: deny }
valueFloor: 0
caps: { count: 3, days: 90 }
coolDownDays: 7
expiresAfterDays: 3
segments: [{ name: all, from: 0 }]
budgets: {}
treatments:
  call: { kind: service_call, channels: [phone], messageKey: call, task: Ask why }
rules:
  - tiers: [heavy]
    treat: [call]
`

const POLICY_REFUSALS = { 409: 'a limit is below what is promised', 422: 'what is wrong, by line' }

const ROUTES: Operations = {
  'GET /summary': {
    what: 'Mode, coupons, budgets, decisions, and what win-backs bring',
    answers: { 200: { what: 'as of now', schema: WinbackSummary } },
  },
  'GET /decisions': {
    what: 'Decisions, also those not to act; the latest first',
    query: DecisionQuery,
    answers: { 200: { what: 'one page', schema: DecisionPage } },
    refusals: { 422: 'the query cannot be used' },
  },
  'GET /exclusions': {
    what: 'Customers for whom nothing is done',
    answers: {
      200: { what: 'all', schema: Type.Object({ exclusions: Type.Array(Exclusion) }) },
    },
  },
  'GET /policy': {
    what: 'The policy in force',
    answers: {
      200: {
        what: 'its YAML, and since when',
        schema: Type.Object({
          version: Type.Integer(),
          text: Type.String(),
          appliedAt: IsoInstant,
        }),
      },
    },
  },
  'GET /coupons/:code': {
    what: 'One coupon, and what became of it',
    path: {
      code: { what: 'as people type it', schema: Type.String(), example: 'VQZJB3-S7QF16-VDX2BZ' },
    },
    answers: { 200: { what: 'the coupon', schema: CouponView } },
    refusals: { 404: 'nobody issued it' },
  },
  'PUT /mode': {
    what: 'Sends from now on, decides only, or stands still',
    body: { schema: ModeBody, examples: { send: { mode: 'live' }, pause: { mode: 'paused' } } },
    answers: { 200: { what: 'the mode', schema: ModeBody } },
    refusals: { 422: 'there is no such mode' },
  },
  'PUT /policy': {
    what: 'Makes a policy the one in force; the same text again changes nothing',
    body: {
      type: 'application/yaml',
      schema: Type.String({ maxLength: 262_144 }),
      examples: { policy: EXAMPLE_POLICY },
    },
    answers: {
      200: { what: 'its version', schema: Type.Object({ version: Type.Integer() }) },
    },
    refusals: POLICY_REFUSALS,
  },
  'POST /exclusions': {
    what: 'Does nothing for a customer from now on',
    body: {
      schema: ExclusionBody,
      examples: { customer: { customerId: 'u:42', note: 'asked us to stop' } },
    },
    answers: { 204: { what: 'the customer is on the list' } },
    refusals: { 422: 'the body cannot be used' },
  },
  'DELETE /exclusions/:customerId': {
    what: 'Takes a customer off that list',
    path: { customerId: { what: 'the customer key', schema: Type.String(), example: 'u:42' } },
    answers: { 204: { what: 'the customer is not on the list any more' } },
    refusals: { 404: 'the customer was not on it' },
  },
  'POST /test-send': {
    what: 'Sends a made-up trigger to the webhook',
    answers: {
      200: {
        what: 'what came of it: `delivered`, or why not',
        schema: Type.Object({
          outcome: Type.String(),
          url: Type.String(),
          data: WinbackRecord,
        }),
      },
    },
    refusals: { 409: 'there is no webhook' },
  },
}
