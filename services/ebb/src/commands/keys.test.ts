import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keysCommand, keysFileOf } from './keys.ts'
import { type TestShop, testShop } from './shop-fixture.ts'

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const keys = (...args: string[]): Promise<string[]> => shop.run(keysCommand, ...args)
const scopes = ['--scope', 'events:write', 'customers:read']

test('a write key is alone on standard output, and a running service finds it', async () => {
  const [key, ...rest] = await keys('create', '--source', 'storefront')
  expect(rest).toEqual([])
  expect(key).toMatch(/^ebbw_[0-9a-f]{48}$/)
  const found = openKeysFile(keysFileOf(shop.context, shop.folder)).find(key!)
  expect(found).toMatchObject({ kind: 'write', source: 'storefront' })
  expect(shop.told.join(' ')).toContain('It is public')
})

test('a secret key is shown once, with the scopes it was given', async () => {
  const [key] = await keys('create', '--source', 'erp', '--secret', ...scopes)
  expect(openKeysFile(keysFileOf(shop.context, shop.folder)).find(key!)?.scopes).toEqual(
    scopes.slice(1),
  )
  expect(shop.told.join(' ')).toContain('it is shown this once')
  expect((await keys('list', '--json')).join()).not.toContain(key)
  expect(readFileSync(keysFileOf(shop.context, shop.folder), 'utf8')).not.toContain(key)
})

test('the list says of each key what it may', async () => {
  await keys('create', '--source', 'storefront')
  await keys('create', '--source', 'erp', '--secret', ...scopes)
  const [title, storefront, erp, ...rest] = await keys('list')
  expect(title).toMatch(/^id {16}kind {4}source {6}made {14}may$/)
  expect(storefront).toMatch(/^key_\w{12} {2}write {3}storefront {2}20.{14} {2}send events$/)
  expect(erp).toMatch(/^key_\w{12} {2}secret {2}erp {9}20.{14} {2}events:write, customers:read$/)
  expect(rest).toEqual([])
})

test('a revoked key is refused, and stays in the list', async () => {
  const [made] = await keys('create', '--source', 'storefront', '--json')
  const { id, key } = JSON.parse(made!)
  expect(await keys('revoke', id)).toEqual([])
  expect(shop.told.at(-1)).toBe(`Revoked ${id} of the source storefront.`)
  expect(openKeysFile(keysFileOf(shop.context, shop.folder)).find(key)).toBeUndefined()
  expect((await keys('list'))[1]).toContain('nothing: revoked 20')
})

test('for programs each key is one line of JSON', async () => {
  const [made] = await keys('create', '--source', 'storefront', '--json')
  const [listed] = await keys('list', '--json')
  expect(JSON.parse(listed!)).toEqual(JSON.parse(made!))
  const [revoked] = await keys('revoke', JSON.parse(made!).id, '--json')
  expect(JSON.parse(revoked!).revokedAt).toBeGreaterThan(0)
})

test('where there are no keys, the list says how to make one', async () => {
  expect(await keys('list')).toEqual([])
  expect(shop.told).toEqual(['No keys yet. Make one: ebb keys create --source storefront'])
})

test('the file that is named is taken in place of that in the data folder', async () => {
  const keysFile = join(shop.folder, 'elsewhere.json')
  Object.assign(shop.context, { keysFile })
  const [key] = await keys('create', '--source', 'storefront')
  expect(openKeysFile(keysFile).find(key!)).toMatchObject({ source: 'storefront' })
  expect(await keys('list')).toHaveLength(2)
  expect(existsSync(join(shop.folder, 'keys.json'))).toBe(false)
})

test('a request that makes no sense changes nothing', async () => {
  for (const args of [
    ['create', '--source', 'erp', '--secret'],
    ['create', '--source', 'storefront', '--scope', 'customers:read'],
    ['create', '--source', 'two words'],
    ['revoke', 'key_000000000000'],
  ])
    await expect(keys(...args)).rejects.toMatchObject({ code: 'EBB_KEYS_REQUEST' })
  expect(existsSync(keysFileOf(shop.context, shop.folder))).toBe(false)
  await expect(keys('create', '--source', 'a', '--scope', 'all')).rejects.toThrow('is invalid')
})
