import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, test } from 'vitest'
import { openKeysFile } from './keys-file.ts'

const STOREFRONT = { kind: 'write', source: 'storefront' } as const
const BACK_END = { kind: 'secret', source: 'erp', scopes: ['events:write'] } as const

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-keys-'))
  path = join(folder, 'data', 'keys.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a key that was made is found with its source, and another is not', async () => {
  const keys = openKeysFile(path)
  const { key, listing } = await keys.create(STOREFRONT)
  assert.match(key, /^ebbw_[0-9a-f]{48}$/)
  assert.deepEqual(keys.find(key), { id: listing.id, ...STOREFRONT, scopes: [] })
  assert.equal(keys.find(`${key}0`), undefined)
  assert.equal(keys.find(''), undefined)
})

test('a person is found by the token and by the id, with the role, until it is revoked', async () => {
  const keys = openKeysFile(path)
  const ann = { kind: 'person', source: 'ann', role: 'analyst' } as const
  const { key, listing } = await keys.create(ann)
  assert.ok(!readFileSync(path, 'utf8').includes(key))
  assert.deepEqual(keys.find(key), { id: listing.id, ...ann, scopes: [] })
  assert.deepEqual(keys.byId(listing.id), keys.find(key))
  await keys.revoke(listing.id)
  assert.deepEqual([keys.find(key), keys.byId(listing.id)], [undefined, undefined])
})

test('of a secret key the file keeps only the hash, and the list only its id', async () => {
  const keys = openKeysFile(path)
  const { key, listing } = await keys.create(BACK_END)
  assert.match(key, /^ebbs_/)
  assert.deepEqual(keys.find(key), { id: listing.id, ...BACK_END })
  assert.ok(!readFileSync(path, 'utf8').includes(key))
  assert.ok(!JSON.stringify(keys.list()).includes(key.slice(5)))
})

test('a revoked key is not found any more, but stays in the list', async () => {
  const keys = openKeysFile(path)
  const { key, listing } = await keys.create(STOREFRONT)
  const { revokedAt } = await keys.revoke(listing.id)
  assert.equal(keys.find(key), undefined)
  assert.equal((await keys.revoke(listing.id)).revokedAt, revokedAt)
  assert.equal(keys.list().length, 1)
})

test('a service sees a key that another process made at once, and a revoked one a second later', async () => {
  let now = 0
  const service = openKeysFile(path, { wall: { now: () => now } })
  const { key, listing } = await openKeysFile(path).create(STOREFRONT)
  assert.equal(service.find(key)?.source, 'storefront')
  await openKeysFile(path).revoke(listing.id)
  now = 1_000
  assert.equal(service.find(key), undefined)
})

test('two processes that make keys at once lose none', { timeout: 30_000 }, async () => {
  const script = `
    const { openKeysFile } = await import(${JSON.stringify(join(import.meta.dirname, 'keys-file.ts'))})
    const keys = openKeysFile(${JSON.stringify(path)})
    for (let i = 0; i < 20; i += 1) await keys.create({ kind: 'write', source: 'storefront' })
  `
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  await Promise.all([run(), run()])
  const listed = openKeysFile(path).list()
  assert.equal(listed.length, 40)
  assert.equal(new Set(listed.map(({ key }) => key)).size, 40)
  assert.deepEqual(readdirSync(join(folder, 'data')), ['keys.json'])
})

test.each([
  ['cut off', '{"version":1,"keys":[{"id":"k"'],
  ['empty', ''],
  ['of another shape', '{"version":1,"keys":[{"id":"k","kind":"write"}]}'],
])('a file that is %s is told, never taken for no keys', async (_, text) => {
  let now = 0
  const keys = openKeysFile(path, { wall: { now: () => now } })
  const { key } = await keys.create(STOREFRONT)
  writeFileSync(path, text)
  now = 1_000
  const told = { code: 'EBB_KEYS_UNREADABLE', where: path }
  assert.throws(() => keys.find(key), told)
  assert.throws(() => keys.find(key), told)
  assert.throws(() => openKeysFile(path), told)
  await assert.rejects(keys.create(STOREFRONT), told)
  assert.equal(readFileSync(path, 'utf8'), text)
})

test('a file of a newer version is told as such, and left to it', async () => {
  const text = '{"version":2,"keys":{}}'
  await openKeysFile(path).create(STOREFRONT)
  writeFileSync(path, text)
  const fix = 'Run that version, or restore the file from a copy made before it'
  assert.throws(() => openKeysFile(path), { code: 'EBB_KEYS_UNREADABLE', fix })
  assert.equal(readFileSync(path, 'utf8'), text)
})

test('a file that vanishes under a service is told', async () => {
  let now = 0
  const keys = openKeysFile(path, { wall: { now: () => now } })
  const { key } = await keys.create(STOREFRONT)
  rmSync(path)
  now = 1_000
  assert.throws(() => keys.find(key), { code: 'EBB_KEYS_UNREADABLE' })
})

test('a lock that stays taken is told and nothing is written', async () => {
  const keys = openKeysFile(path, { patienceMs: 0 })
  await keys.create(STOREFRONT)
  writeFileSync(`${path}.lock`, '1\n')
  await assert.rejects(keys.create(STOREFRONT), { code: 'EBB_KEYS_LOCKED' })
  assert.equal(keys.list().length, 1)
})

test('a source or a scope that no record could carry is refused', async () => {
  const keys = openKeysFile(path)
  const refused = { code: 'EBB_KEYS_REQUEST' }
  await assert.rejects(keys.create({ kind: 'write', source: '~tick' }), refused)
  await assert.rejects(keys.create({ ...BACK_END, scopes: ['everything'] }), refused)
  await assert.rejects(keys.revoke('key_0'), refused)
})
