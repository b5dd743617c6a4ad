import type { KeyListing } from '@ebb/runtime/keys-file'
import { expect, test } from 'vitest'
import { writeKeysOf } from './write-keys.ts'

const listing = (over: Partial<KeyListing>): KeyListing => ({
  ...{ id: 'key_1', kind: 'write', source: 'storefront', scopes: [], createdAt: 1 },
  ...over,
})

test('write keys that are valid are shown, and no other', () => {
  const list = () => [
    listing({ key: 'ebbw_1' }),
    listing({ key: 'ebbw_2', revokedAt: 5 }),
    listing({ kind: 'secret' }),
  ]
  expect(writeKeysOf({ list })).toEqual([{ source: 'storefront', key: 'ebbw_1' }])
})
