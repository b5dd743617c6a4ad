/** An object of JSON whose fields nobody has looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

const NOTHING: JsonObject = {}

/** A value where it is a JSON object, else one without fields. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : NOTHING

/** A text without the blanks around it; `undefined` for blank text and for all that is no text. */
export const textOf = (value: unknown): string | undefined => {
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' ? undefined : text
}

/** Longest name that a state may meet, in UTF-16 units. */
const NAME_LIMIT = 64

/** A text as a name: cut to 64 UTF-16 units, and never half a character. */
export const nameOf = (value: unknown): string | undefined => {
  const text = textOf(value)
  return text === undefined ? undefined : cutName(text)
}

/** At most 64 UTF-16 units of a text, well-formed. */
export const cutName = (text: string): string => text.slice(0, NAME_LIMIT).toWellFormed()

/** As the collector takes ids. */
const LONGEST_ID = 256

/** An id as text: numbers are written out, what is longer than 256 units is none. */
export const idOf = (value: unknown): string | undefined => {
  if (Number.isSafeInteger(value)) return String(value)
  const text = textOf(value)
  return text === undefined || text.length > LONGEST_ID ? undefined : text.toWellFormed()
}

/** Above this a count is a mistake, and sums of counts stay exact below it. */
const MOST_COUNTED = 1_000_000_000
const DIGITS = /^\d{1,10}$/

/** A whole number from 0 to a thousand million, also as its digits. */
export const countOf = (value: unknown): number | undefined => {
  const text = textOf(value)
  const count = text !== undefined && DIGITS.test(text) ? Number(text) : value
  if (typeof count !== 'number' || !Number.isInteger(count)) return undefined
  // -0 would be another number to whoever compares states.
  return count >= 0 && count <= MOST_COUNTED ? count + 0 : undefined
}

/** What `read` finds in the first of these values in which it finds anything. */
export const firstOf = <T>(
  read: (value: unknown) => T | undefined,
  ...values: readonly unknown[]
): T | undefined => {
  for (const value of values) {
    const found = read(value)
    if (found !== undefined) return found
  }
  return undefined
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields that are not `undefined`. */
export const presentFields = <T extends object>(fields: T): Present<T> => {
  const present: Present<T> = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) present[key] = value as Present<T>[typeof key]
  }
  return present
}
