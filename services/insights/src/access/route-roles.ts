import { ROLES, type Role } from '@ebb/contracts/dashboard-api'

/** Who may call a route: roles, or anyone at all. */
export type Allowed = readonly Role[] | 'anyone'

const READERS = ['analyst', 'marketer', 'support', 'admin'] as const
const ANALYSTS = ['analyst', 'marketer', 'admin'] as const
const MARKETERS = ['marketer', 'admin'] as const
const COUPON_READERS = ['marketer', 'support', 'admin'] as const
const QUALITY_READERS = ['analyst', 'marketer', 'operator', 'admin'] as const
const SWITCHERS = ['marketer', 'operator', 'admin'] as const
const OPERATORS = ['operator', 'admin'] as const

/** The whole of who may do what, by method and route. What is not in it cannot be registered. */
export const ROUTE_ROLES: Readonly<Record<string, Allowed>> = {
  'POST /api/session': 'anyone',
  'GET /api/session': ROLES,
  'DELETE /api/session': ROLES,
  'GET /api/live': ROLES,
  'GET /api/live/stream': ROLES,
  'GET /api/alerts': ROLES,
  'GET /api/customers': READERS,
  'GET /api/customers/:key': READERS,
  'GET /api/customers.csv': ANALYSTS,
  'GET /api/rejects': OPERATORS,
  'GET /api/quality': QUALITY_READERS,
  'GET /api/grades': QUALITY_READERS,
  'GET /api/setup': OPERATORS,
  'GET /api/setup/stream': OPERATORS,
  'GET /api/winbacks/summary': ANALYSTS,
  'GET /api/winbacks/truth': ANALYSTS,
  'GET /api/winbacks/decisions': READERS,
  'GET /api/winbacks/exclusions': ANALYSTS,
  'GET /api/winbacks/policy': ANALYSTS,
  'GET /api/winbacks/coupons/:code': COUPON_READERS,
  'PUT /api/winbacks/mode': SWITCHERS,
  'PUT /api/winbacks/policy': MARKETERS,
  'POST /api/winbacks/exclusions': MARKETERS,
  'DELETE /api/winbacks/exclusions/:customerId': MARKETERS,
  'POST /api/winbacks/test-send': MARKETERS,
}

/** Who may call a route; HEAD is a GET. `undefined` where the table has no row for it. */
export const allowedAt = (method: string, route: string): Allowed | undefined =>
  ROUTE_ROLES[`${method === 'HEAD' ? 'GET' : method} ${route}`]
