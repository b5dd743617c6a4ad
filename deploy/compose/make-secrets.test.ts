import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { startNodeProcess } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-secrets-'))
  for (const name of ['keys', 'secrets', 'postgres']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true }))

const makeSecrets = async (): Promise<string> => {
  const main = join(import.meta.dirname, 'make-secrets.ts')
  const folders = ['keys', 'secrets', 'postgres'].map((name) => join(folder, name))
  const args = [...folders, 'http://127.0.0.1:8083']
  const ended = await startNodeProcess({ name: 'make-secrets', main, args }).ended
  expect(ended).toMatchObject({ code: 0, err: '' })
  return ended.out
}

const keys = () => openKeysFile(join(folder, 'keys', 'keys.json'))
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8')
const allFiles = (): string[][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => [file, read(file)])

test('everything is made once, and the token is shown that once', async () => {
  const first = await makeSecrets()
  const token = /sign in with {2}(ebbp_\w+)/.exec(first)![1]!
  expect(keys().find(token)).toMatchObject({ kind: 'person', role: 'admin' })
  const made = allFiles()
  const second = await makeSecrets()
  expect(second).not.toContain('ebbp_')
  expect(second).toContain('keys create --source NAME --role admin')
  expect(allFiles()).toEqual(made)
  expect(made.flat().join()).not.toContain(token)
})

test('what is made fits together', async () => {
  const out = await makeSecrets()
  const password = read('postgres', 'password')
  expect(password).toMatch(/^[0-9a-f]{64}$/)
  expect(read('secrets', 'postgres-url')).toBe(`postgres://ebb:${password}@postgres:5432/ebb`)
  expect(read('secrets', 'session-secret')).toMatch(/^[0-9a-f]{64}$/)
  const scopes = ['customers:read', 'winbacks:read', 'winbacks:write']
  expect(keys().find(read('secrets', 'insights-key'))).toMatchObject({ kind: 'secret', scopes })
  expect(keys().find(/ebbw_\w+/.exec(out)![0])).toMatchObject({ source: 'storefront' })
})

test('only the password of PostgreSQL is for another user to read', async () => {
  await makeSecrets()
  const others = allFiles().filter(([file]) => (statSync(join(folder, file!)).mode & 0o077) !== 0)
  expect(others.map(([file]) => file)).toEqual([join('postgres', 'password')])
})

test('a new token comes where the last admin was revoked', async () => {
  await makeSecrets()
  const admin = keys()
    .list()
    .find(({ role }) => role === 'admin')!
  await keys().revoke(admin.id)
  expect(await makeSecrets()).toMatch(/sign in with {2}ebbp_/)
})
