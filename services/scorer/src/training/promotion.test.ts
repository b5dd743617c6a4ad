import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelBook } from './model-book.ts'
import { versionInForce } from './model-book.ts'
import { promotionBy, promotionOf, rollbackOf } from './promotion.ts'

const VERSIONS = ['one', 'two', 'three', 'four']
const parameters = { r: 1, alpha: 1, a: 1, b: 1 }

/** Only what a promotion looks at. */
const EMPTY: ModelBook = {
  models: new Map(
    VERSIONS.map((version) => [
      version,
      { version, model: { kind: 'mbg-nbd', parameters } } as never,
    ]),
  ),
}

const promoted = (book: ModelBook, version: string, now = 0): ModelBook => ({
  ...book,
  promotion: promotionOf(book, promotionBy(book, version), now),
})
const rolledBack = (book: ModelBook, now = 0): ModelBook => ({
  ...book,
  promotion: promotionOf(book, rollbackOf(book), now),
})

describe('rollback', () => {
  test('goes back the way that was come, to the shipped model', () => {
    const distinct = fc.uniqueArray(fc.constantFrom(...VERSIONS), { minLength: 1 })
    fc.assert(
      fc.property(distinct, (versions) => {
        let book = versions.reduce((before, version) => promoted(before, version), EMPTY)
        for (const version of ['shipped-1', ...versions].reverse().slice(1)) {
          book = rolledBack(book)
          expect(versionInForce(book)).toBe(version)
        }
        expect(() => rolledBack(book)).toThrow('EBB_MODEL_NONE_BEFORE')
      }),
    )
  })

  test('has nowhere to go where no model was promoted yet', () => {
    expect(() => rollbackOf(EMPTY)).toThrow('EBB_MODEL_NONE_BEFORE')
  })
})

test('a later decision has a later instant, also on a clock that is behind', () => {
  const clocks = fc.array(fc.nat(100), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(clocks, (instants) => {
      let book = EMPTY
      let last = -1
      for (const [i, now] of instants.entries()) {
        book = promoted(book, VERSIONS[i]!, now)
        expect(book.promotion!.at).toBeGreaterThan(last)
        last = book.promotion!.at
      }
    }),
  )
})

test('the same version, an unknown one, and one that was overtaken are refused by name', () => {
  const book = promoted(EMPTY, 'one')
  expect(() => promotionBy(book, 'one')).toThrow('EBB_MODEL_IN_FORCE')
  expect(() => promotionBy(book, 'nine')).toThrow(/EBB_MODEL_UNKNOWN.*the last one: four/)
  expect(() => promotionBy({ models: new Map() }, 'nine')).toThrow(/no model was fitted yet/)
  const decision = promotionBy(EMPTY, 'two')
  expect(() => promotionOf(book, decision, 0)).toThrow(/EBB_MODEL_OVERTAKEN: Meanwhile one /)
})
