import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { listItemTexts } from './json-items.ts'

const spaced = fc.constantFrom(0, 1, '\t')
const values = fc.array(fc.jsonValue())

test('the texts of a list are those of its elements', () => {
  fc.assert(
    fc.property(values, spaced, (list, space) => {
      const texts = listItemTexts(JSON.stringify(list, null, space))
      assert.deepEqual(
        texts?.map((text) => JSON.parse(text)),
        JSON.parse(JSON.stringify(list)),
      )
    }),
  )
})

test('the texts of a batch are those of its events, whatever stands beside it', () => {
  fc.assert(
    fc.property(
      values,
      fc.dictionary(fc.string(), fc.jsonValue()),
      spaced,
      (batch, beside, space) => {
        const body = { ...beside, batch, sentAt: 'now' }
        const texts = listItemTexts(JSON.stringify(body, null, space))
        assert.deepEqual(
          texts?.map((text) => JSON.parse(text)),
          JSON.parse(JSON.stringify(batch)),
        )
      },
    ),
  )
})

test('an element is cut out as it was written', () => {
  assert.deepEqual(listItemTexts('{"batch": [ {"a" : 1.0} , "b\\"]" ,true]}'), [
    '{"a" : 1.0}',
    '"b\\"]"',
    'true',
  ])
})

test('of two batches the last one counts, as it does when the body is parsed', () => {
  assert.deepEqual(listItemTexts('{"batch":[1],"a":{"batch":[2]},"batch":[3]}'), ['3'])
})

test('a key written with escapes is the same key', () => {
  assert.deepEqual(listItemTexts('{"batch":[1],"\\u0062atch":[2 , 3]}'), ['2', '3'])
})

test.each(['{"a":1}', '{}', '"batch"', '{"batch":7}'])(
  'there is no list to be found in %s',
  (text) => assert.equal(listItemTexts(text), undefined),
)
