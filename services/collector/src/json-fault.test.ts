import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { jsonFault } from './json-fault.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['', 0, 1, 1],
  ['{"a":1,}', 7, 1, 8],
  ['{"a":1 "b":2}', 7, 1, 8],
  ['{"a":\n  tru}', 8, 2, 3],
  ['[1,2', 4, 1, 5],
  ['"abc', 4, 1, 5],
  ['"a\\x"', 2, 1, 3],
  ['"a\nb"', 2, 1, 3],
  ['[01]', 1, 1, 2],
  ['{}\n\n{}', 4, 3, 1],
  ['[1}', 2, 1, 3],
  ["{'a':1}", 1, 1, 2],
])('%j stops being JSON at offset %i', (text, ...position) => {
  const { offset, line, column } = jsonFault(text) ?? {}
  assert.deepEqual([offset, line, column], position)
})

const broken = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', '1', 'e', '\u0001'))
  .map(([text, seed, put]) => {
    const at = seed % (text.length + 1)
    return text.slice(0, at) + put + text.slice(at + 1)
  })

test('it finds a fault exactly in what JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
      assert.equal(jsonFault(text) === undefined, isJson(text), text)
    }),
    { numRuns: 2_000 },
  )
})

test('up to the fault the text is JSON, or could become it', () => {
  fc.assert(
    fc.property(broken, (text) => {
      const fault = jsonFault(text)
      fc.pre(fault !== undefined)
      const before = jsonFault(text.slice(0, fault.offset))
      assert.ok(before === undefined || before.offset === fault.offset)
    }),
  )
})

test('a deep nest does not overflow', () => {
  assert.equal(jsonFault('['.repeat(400_000))?.offset, 400_000)
})
