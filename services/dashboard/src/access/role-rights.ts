import type { Role } from '@ebb/contracts/dashboard-api'
import type { Page } from '../routing/route.ts'

/** What the page offers; the server checks every request by a table of its own. */
export type Right =
  | 'live'
  | 'customers'
  | 'export'
  | 'decisions'
  | 'winbacks'
  | 'mode'
  | 'edit winbacks'
  | 'coupons'
  | 'grades'
  | 'quality'
  | 'rejects'
  | 'setup'

const ANALYST: readonly Right[] = [
  'live',
  'customers',
  'export',
  'decisions',
  'winbacks',
  'grades',
  'quality',
]
const MARKETER: readonly Right[] = [...ANALYST, 'mode', 'edit winbacks', 'coupons']

const RIGHTS: { readonly [role in Role]: readonly Right[] } = {
  viewer: ['live'],
  analyst: ANALYST,
  marketer: MARKETER,
  support: ['live', 'customers', 'decisions', 'coupons'],
  operator: ['live', 'grades', 'quality', 'rejects', 'setup', 'mode'],
  admin: [...MARKETER, 'rejects', 'setup'],
}

/** Whether a role is offered something. */
export const may = (role: Role, right: Right): boolean => RIGHTS[role].includes(right)

const NEEDED: { readonly [page in Page]: readonly Right[] } = {
  live: ['live'],
  customers: ['customers'],
  winbacks: ['winbacks', 'decisions', 'mode'],
  grades: ['grades'],
  quality: ['quality'],
  rejects: ['rejects'],
  setup: ['setup'],
}

/** Whether anything on a page is for a role. */
export const mayOpen = (role: Role, page: Page): boolean =>
  NEEDED[page].some((right) => may(role, right))
