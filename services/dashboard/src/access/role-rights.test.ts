import { ROLES } from '@ebb/contracts/dashboard-api'
import { expect, test } from 'vitest'
import { PAGES } from '../routing/route.ts'
import { may, mayOpen } from './role-rights.ts'

test('everybody sees what happens now, and only the admin sees everything', () => {
  const all = ROLES.filter((role) => PAGES.every((page) => mayOpen(role, page)))
  expect(all).toEqual(['admin'])
  for (const role of ROLES) expect(mayOpen(role, 'live')).toBe(true)
})

test.each([
  ['viewer', ['live']],
  ['analyst', ['live', 'customers', 'winbacks', 'grades', 'quality']],
  ['marketer', ['live', 'customers', 'winbacks', 'grades', 'quality']],
  ['support', ['live', 'customers', 'winbacks']],
  ['operator', ['live', 'winbacks', 'grades', 'quality', 'rejects', 'setup']],
] as const)('%s opens %j', (role, pages) => {
  expect(PAGES.filter((page) => mayOpen(role, page))).toEqual(pages)
})

test('support sees customers and decisions, and takes no list of them away', () => {
  expect(may('support', 'customers')).toBe(true)
  expect(may('support', 'coupons')).toBe(true)
  expect(may('support', 'export')).toBe(false)
  expect(may('support', 'winbacks')).toBe(false)
})

test('win-backs are switched by marketer, operator and admin, and edited by two of them', () => {
  expect(ROLES.filter((role) => may(role, 'mode'))).toEqual(['marketer', 'operator', 'admin'])
  expect(ROLES.filter((role) => may(role, 'edit winbacks'))).toEqual(['marketer', 'admin'])
})
