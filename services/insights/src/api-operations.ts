import {
  AlertPage,
  CustomerDetail,
  CustomerPage,
  LiveView,
  RejectPage,
  SessionView,
  SetupView,
  TruthView,
} from '@ebb/contracts/dashboard-schemas'
import { GradesPage } from '@ebb/contracts/grades-api'
import type { Access, HttpReference, Operation, Operations } from '@ebb/contracts/openapi'
import { QualityPage } from '@ebb/contracts/quality-api'
import { CouponView, DecisionView, WinbackSummary } from '@ebb/contracts/winback-api'
import { winbackOperations } from '@ebb/contracts/winback-operations'
import { WinbackRecord } from '@ebb/contracts/winback-record'
import Type from 'typebox'
import { ROUTE_ROLES } from './access/route-roles.ts'
import { SESSION_BODY } from './access/session-routes.ts'
import { ALERTS_QUERY } from './alerts/alert-routes.ts'
import { CSV_QUERY, CUSTOMERS_QUERY } from './customers/customer-routes.ts'
import { QUALITY_QUERY } from './quality/quality-routes.ts'
import { REJECTS_QUERY } from './rejects/reject-routes.ts'
import { SETUP_QUERY } from './setup/setup-routes.ts'

const accessTo = (route: string): Access => {
  const allowed = ROUTE_ROLES[route]
  return { by: 'token', needs: Array.isArray(allowed) ? allowed : [] }
}

const EVENT_STREAM = { type: 'text/event-stream', schema: Type.String() }

/** Those of insights itself. */
const OWN: Operations = {
  'GET /api/session': {
    what: 'Who am I',
    answers: { 200: { what: 'who, and of which installation', schema: SessionView } },
  },
  'DELETE /api/session': {
    what: 'Signs out',
    answers: { 204: { what: 'the cookie is gone' } },
  },
  'GET /api/live': {
    what: 'What happens now',
    answers: { 200: { what: 'as of now', schema: LiveView } },
  },
  'GET /api/live/stream': {
    what: 'What happens now, each second as the event `live`, and each alert as the event `alert`',
    headers: {
      'Last-Event-ID': {
        what: 'goes on behind that alert',
        schema: Type.String(),
        example: '12.11.14.13',
        isRequired: false,
      },
    },
    answers: { 200: { what: 'server-sent events', ...EVENT_STREAM } },
  },
  'GET /api/alerts': {
    what: 'The latest alerts, the latest first',
    query: ALERTS_QUERY,
    answers: { 200: { what: 'alerts', schema: AlertPage } },
    refusals: { 400: 'the query cannot be used' },
  },
  'GET /api/customers': {
    what: 'Everybody with an order',
    query: CUSTOMERS_QUERY,
    answers: { 200: { what: 'one page', schema: CustomerPage } },
    refusals: { 400: 'the query cannot be used' },
  },
  'GET /api/customers.csv': {
    what: 'All that match, by key',
    query: CSV_QUERY,
    answers: { 200: { what: 'a file', type: 'text/csv', schema: Type.String() } },
    refusals: { 400: 'the query cannot be used' },
  },
  'GET /api/customers/:key': {
    what: 'One customer: silence, what was heard of them, timeline, decisions',
    path: { key: { what: 'the customer key', schema: Type.String(), example: 'u:42' } },
    answers: { 200: { what: 'the customer', schema: CustomerDetail } },
    refusals: { 404: 'nothing was heard of the customer' },
  },
  'GET /api/rejects': {
    what: 'The newest refused records, the latest first',
    query: REJECTS_QUERY,
    answers: { 200: { what: 'rejects', schema: RejectPage } },
    refusals: { 400: 'the query cannot be used' },
  },
  'GET /api/quality': {
    what: 'The quality of what came, by source and day of its arrival; the worst first',
    query: QUALITY_QUERY,
    answers: { 200: { what: 'days of sources', schema: QualityPage } },
    refusals: { 400: 'the query cannot be used' },
  },
  'GET /api/grades': {
    what: 'What risks were worth: months, by whichever model was in force and by version',
    answers: { 200: { what: 'months', schema: GradesPage } },
  },
  'GET /api/setup': {
    what: 'Where events are sent, and with which keys',
    answers: { 200: { what: 'address and write keys', schema: SetupView } },
  },
  'GET /api/setup/stream': {
    what: 'Each event as it arrives, accepted or refused, as the event `event`; the last 50 first',
    query: SETUP_QUERY,
    answers: { 200: { what: 'server-sent events', ...EVENT_STREAM } },
  },
  'GET /api/winbacks/truth': {
    what: 'What win-backs really did, of a demonstration alone',
    answers: { 200: { what: 'the truth', schema: TruthView } },
    refusals: { 404: 'this is no demonstration' },
  },
}

const SIGN_IN: Operation = {
  what: 'Signs in, with a cookie for twelve hours; only for the page itself',
  headers: {
    'X-Ebb-Request': { schema: Type.Literal('1'), example: '1', isRequired: true },
  },
  body: { schema: SESSION_BODY, examples: { token: { token: 'ebbd_…' } } },
  answers: { 200: { what: 'who signed in', schema: SessionView } },
  refusals: {
    400: 'there is no token',
    401: 'the token opens nothing',
    403: 'it was not sent by the page',
    429: 'too many wrong tokens',
  },
}

/** What insights answers below `/api`. A token as Bearer, or the cookie of the page. */
export const INSIGHTS_REFERENCE: HttpReference = {
  title: 'Insights',
  server: 'http://127.0.0.1:8083',
  schemas: { CouponView, DecisionView, WinbackSummary, Winback: WinbackRecord },
  operations: {
    'POST /api/session': SIGN_IN,
    ...Object.fromEntries(
      Object.entries(OWN).map(([route, operation]) => [
        route,
        { access: accessTo(route), ...operation },
      ]),
    ),
    ...winbackOperations('/api/winbacks', (route) => {
      const [method, path] = route.split(' ')
      return accessTo(`${method} /api/winbacks${path}`)
    }),
  },
}
