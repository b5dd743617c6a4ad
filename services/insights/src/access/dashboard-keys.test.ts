import type { KeyGrant } from '@ebb/runtime/access-keys'
import { expect, test } from 'vitest'
import { dashboardKeys } from './dashboard-keys.ts'

const keysOf = (grant: KeyGrant) => dashboardKeys({ find: () => grant, byId: () => grant })
const grant = { id: 'key_1', source: 'ann', scopes: ['customers:read'] }

test('a person is found with their role', () => {
  const keys = keysOf({ ...grant, kind: 'person', role: 'analyst' })
  expect([keys.find('t'), keys.byId('key_1')]).toEqual(
    Array(2).fill({ id: 'key_1', name: 'ann', role: 'analyst' }),
  )
})

test.each(['write', 'secret'] as const)('a %s key is nobody', (kind) => {
  const keys = keysOf({ ...grant, kind })
  expect([keys.find('t'), keys.byId('key_1')]).toEqual([undefined, undefined])
})
