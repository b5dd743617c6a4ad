/**
 * The texts of the elements of a list, or of the list under the key `batch` of an object, in a
 * text that is valid JSON. `undefined` where there is no such list.
 */
export const listItemTexts = (text: string): readonly string[] | undefined => {
  const start = skipSpace(text, 0)
  const list = text[start] === '{' ? batchStart(text, start) : start
  return list !== undefined && text[list] === '[' ? elementTexts(text, list) : undefined
}

/** Where the value of the key `batch` begins; of the last one, as `JSON.parse` has it. */
const batchStart = (text: string, start: number): number | undefined => {
  let found: number | undefined
  let at = skipSpace(text, start + 1)
  while (text[at] !== '}') {
    const keyEnd = skipString(text, at)
    // Parsed, for a key may be written with escapes.
    const isBatch = JSON.parse(text.slice(at, keyEnd)) === 'batch'
    at = skipSpace(text, skipSpace(text, keyEnd) + 1)
    if (isBatch) found = at
    at = skipComma(text, skipValue(text, at))
  }
  return found
}

const elementTexts = (text: string, start: number): string[] => {
  const texts: string[] = []
  let at = skipSpace(text, start + 1)
  while (text[at] !== ']') {
    const end = skipValue(text, at)
    texts.push(text.slice(at, end))
    at = skipComma(text, end)
  }
  return texts
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

const skipSpace = (text: string, start: number): number => {
  let at = start
  while (text.charCodeAt(at) <= 0x20) at += 1
  return at
}

const skipComma = (text: string, start: number): number => {
  const at = skipSpace(text, start)
  return text[at] === ',' ? skipSpace(text, at + 1) : at
}

const skipString = (text: string, start: number): number => {
  let at = start + 1
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at + 1
}

const skipValue = (text: string, start: number): number => {
  const first = text[start]
  if (first === '"') return skipString(text, start)
  if (first === '{' || first === '[') return skipContainer(text, start)
  let at = start
  while (at < text.length && !',]} \t\n\r'.includes(text[at]!)) at += 1
  return at
}

const skipContainer = (text: string, start: number): number => {
  let depth = 0
  let at = start
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = skipString(text, at)
      continue
    }
    // { and [ are 7b and 5b, } and ] are 7d and 5d.
    if ((code | 0x20) === 0x7b) depth += 1
    else if ((code | 0x20) === 0x7d) depth -= 1
    at += 1
  } while (depth > 0)
  return at
}
