import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const CODE = /\bEBB_[A-Z]+(?:_[A-Z]+)+\b/g

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** Sources that people run: no tests, and nothing that exists for tests alone. */
const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: ROOT }).filter(
  (file) =>
    !file.startsWith('packages/testkit/') &&
    !/(\.test|\.contract|-fixture|-harness|simulation[-a-z]*|silence-counter)\.ts$/.test(file),
)

/** Names of environment variables look like codes, but are declared as `env: 'NAME'`. */
const variables = new Set(
  sources.flatMap((file) => [...read(file).matchAll(/env: '(\w+)'/g)].map(([, name]) => name!)),
)

test('docs/errors.md has one row for each code that the sources tell, and no other', () => {
  const told = sources.flatMap((file) => [...read(file).matchAll(/'(EBB_[A-Z_]+)'/g)])
  const codes = new Set(told.map(([, code]) => code!).filter((code) => !variables.has(code)))
  const rows = [...read('docs/errors.md').matchAll(/^\| `(EBB_[A-Z_]+)` \|/gm)].map(
    ([, code]) => code!,
  )
  expect(rows.length).toBe(new Set(rows).size)
  expect(rows.toSorted()).toEqual([...codes].sort())
})

test('comments and messages name no code that does not exist', () => {
  const rows = new Set(read('docs/errors.md').match(CODE))
  const named = sources.flatMap((file) => read(file).match(CODE) ?? [])
  const unknown = named.filter(
    (code) =>
      !rows.has(code) && !variables.has(code) && !['EBB_AREA_WHAT', 'EBB_SETTINGS'].includes(code),
  )
  expect([...new Set(unknown)]).toEqual([])
})
