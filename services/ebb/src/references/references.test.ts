import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import specs from '@asyncapi/specs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv, type AnySchema } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { ROOT, references } from './references.ts'

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const made = references()
/** As it would be written. */
const text = (file: string): string => JSON.stringify(made[file])

describe('`npm run references` was run since the last change of what is declared, so', () => {
  test.each(Object.entries(made))('%s is up to date', (file, expected) => {
    if (typeof expected === 'string') expect(read(file)).toBe(expected)
    else expect(JSON.parse(read(file))).toEqual(JSON.parse(JSON.stringify(expected)))
  })
})

test('docs/openapi.json is OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text('docs/openapi.json')))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('every name that docs/openapi.json refers to is in it', () => {
  const document = text('docs/openapi.json')
  const { components } = JSON.parse(document)
  const named = [...document.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(named.length).toBeGreaterThan(100)
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining([...new Set(named)]))
})

describe('docs/asyncapi.json', () => {
  const document = JSON.parse(text('docs/asyncapi.json'))
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, logger: false })
  addFormats.default(ajv)
  const check = ajv.compile(specs.schemasWithoutId['3.0.0'] as AnySchema)

  test('is AsyncAPI 3', () => {
    check(document)
    expect(check.errors).toBeNull()
    expect(Object.keys(document.channels)).toHaveLength(9)
  })

  test.each([
    ['without its channels’ addresses', { channels: { events: { address: 1 } } }],
    ['with an operation of no kind', { operations: { a: { action: 'read' } } }],
  ])('would be refused %s', (_, over) => {
    expect(check({ ...document, ...over })).toBe(false)
  })

  test('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)]
    expect(references.length).toBeGreaterThan(10)
    for (const [, path] of references) {
      const keys = path!.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
      const found = keys.reduce((at, key) => at?.[key], document)
      expect(found, path).toBeDefined()
    }
  })
})

test('docs/configuration.md has no path of a machine, and no variable twice', () => {
  const page = read('docs/configuration.md')
  expect(page).not.toContain(ROOT)
  const variables = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(variables.length).toBeGreaterThan(40)
  expect(new Set(variables).size).toBe(variables.length)
})
