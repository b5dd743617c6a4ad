/** Where a text stops being JSON. Line and column count from 1. */
export interface JsonFault {
  /** In UTF-16 units; the length of the text where it ends too early. */
  readonly offset: number
  readonly line: number
  readonly column: number
}

/**
 * The first place at which a text stops being JSON (RFC 8259); `undefined` where it is JSON. A
 * number or word that is none is told by its beginning.
 */
export const jsonFault = (text: string): JsonFault | undefined => {
  const offset = faultOffset(text)
  if (offset === undefined) return undefined
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { offset, line, column: offset - before.lastIndexOf('\n') }
}

/** What may come next. */
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end'

interface Cursor {
  at: number
  expected: Expected
  /** The brackets that are to be closed, the innermost last. */
  readonly open: ('}' | ']')[]
}

const SPACE = /[ \t\n\r]*/y
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

const faultOffset = (text: string): number | undefined => {
  const cursor: Cursor = { at: 0, expected: 'value', open: [] }
  for (;;) {
    cursor.at = endOf(SPACE, text, cursor.at) ?? cursor.at
    const complete = cursor.open.length === 0 && cursor.expected === 'comma or end'
    if (cursor.at === text.length) return complete ? undefined : cursor.at
    if (complete || !advance(text, cursor)) return cursor.at
  }
}

/** Takes one token; false where it may not stand here, with the cursor at the fault. */
const advance = (text: string, cursor: Cursor): boolean => {
  const char = text[cursor.at]
  const { expected } = cursor
  if (expected.endsWith('or end')) {
    if (char === cursor.open.at(-1)) return close(cursor)
    if (expected === 'comma or end') return char === ',' && separate(cursor)
  }
  if (expected === 'colon') return char === ':' && step(cursor, 'value')
  if (expected.startsWith('key')) return char === '"' && takeString(text, cursor, 'colon')
  if (char === '"') return takeString(text, cursor, 'comma or end')
  if (char === '{') return cursor.open.push('}') > 0 && step(cursor, 'key or end')
  if (char === '[') return cursor.open.push(']') > 0 && step(cursor, 'value or end')
  return takeScalar(text, cursor)
}

const step = (cursor: Cursor, expected: Expected): boolean => {
  cursor.at += 1
  cursor.expected = expected
  return true
}

const close = (cursor: Cursor): boolean => {
  cursor.open.pop()
  return step(cursor, 'comma or end')
}

const separate = (cursor: Cursor): boolean =>
  step(cursor, cursor.open.at(-1) === '}' ? 'key' : 'value')

const takeScalar = (text: string, cursor: Cursor): boolean => {
  const end = endOf(SCALAR, text, cursor.at)
  cursor.at = end ?? cursor.at
  cursor.expected = 'comma or end'
  return end !== undefined
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

const takeString = (text: string, cursor: Cursor, expected: Expected): boolean => {
  cursor.at += 1
  while (cursor.at < text.length) {
    const char = text[cursor.at]!
    if (char === '"') return step(cursor, expected)
    if (char < ' ') return false
    const end = char === '\\' ? endOf(ESCAPE, text, cursor.at) : cursor.at + 1
    if (end === undefined) return false
    cursor.at = end
  }
  return false
}

const endOf = (pattern: RegExp, text: string, at: number): number | undefined => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}
