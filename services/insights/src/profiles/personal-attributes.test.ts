import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROLES } from '@ebb/contracts/dashboard-api'
import { describe, expect, test } from 'vitest'
import { attributesFor, isPersonal, PERSONAL_ATTRIBUTES } from './personal-attributes.ts'

const PROFILE = {
  ...{ email: 'ann@shop.example', Phone_Number: '+49', firstName: 'Ann', birthday: '1990-01-01' },
  ...{ address: { city: 'Bonn' }, plan: 'gold', age: 35, contact: 'ann@shop.example' },
  ...{ home: { street: 'Ring 1' }, isMember: true, interests: ['shoes'] },
}

describe('attributes that tell who somebody is', () => {
  test.each(ROLES)('as %s may see them', (role) => {
    const seen = attributesFor(role, PROFILE)
    if (role === 'support' || role === 'admin')
      return expect(seen).toEqual({ attributes: PROFILE, hidden: 0 })
    const attributes = { plan: 'gold', age: 35, isMember: true, interests: ['shoes'] }
    expect(seen).toEqual({ attributes, hidden: 7 })
  })

  test.each(PERSONAL_ATTRIBUTES.flatMap(({ such }) => such.split(', ')))('%s is one', (name) => {
    expect(isPersonal(name, 'x')).toBe(true)
  })

  test.each(['plan', 'age', 'gender', 'membership', 'capacity', 'telemetry', 'createdAt'])(
    '%s is none',
    (name) => {
      expect(isPersonal(name, 'x')).toBe(false)
    },
  )

  test.each([
    ['+49 151 1234567', true],
    ['0049 (151) 123-4567', true],
    ['+5 points', false],
    ['2026-06-01', false],
  ])('a value %s under any name: %s', (value, expected) => {
    expect(isPersonal('contact', value)).toBe(expected)
    expect(isPersonal('contacts', [{ second: value }])).toBe(expected)
  })

  test('stand in the documentation, all of them', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/customers.md'), 'utf8')
    for (const { such } of PERSONAL_ATTRIBUTES)
      for (const name of such.split(', ')) expect(page).toContain(`\`${name}\``)
  })
})
