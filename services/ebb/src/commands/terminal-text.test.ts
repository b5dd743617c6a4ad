import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cut, displayWidth, printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

test('whatever a stranger writes, no control or reordering sign gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('text is cut to the columns it is given, Chinese too, and only where it is longer', () => {
  const unit = fc.constantFrom('a', '静', 'é', '🙂', 'e\u0301')
  fc.assert(
    fc.property(fc.string({ unit }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
      const shown = cut(text, columns)
      expect(displayWidth(shown)).toBeLessThanOrEqual(columns)
      expect(shown === text).toBe(displayWidth(text) <= columns)
    }),
  )
})

test('cells stand below their titles, numbers at the right', () => {
  const columns = [{ title: 'who' }, { title: 'orders', align: 'right' }, { title: '' }] as const
  const rows = [
    ['静静', '7', 'new'],
    ['bob', '1,200', ''],
  ]
  expect(textTable(columns, rows)).toEqual(['who   orders', '静静       7  new', 'bob    1,200'])
})
