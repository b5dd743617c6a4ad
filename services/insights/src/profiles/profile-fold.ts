import { isStorable } from '@ebb/contracts/storable-text'

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** What was last said of one attribute: its value, null where it was taken back; when; by which event. */
export type Said = readonly [value: Json, occurredAt: number, eventId: string]

/** All that was said of a customer, by attribute. */
export type Attributes = ReadonlyMap<string, Said>

/** What one `identify` event says. */
export interface SaidTraits {
  readonly traits: Readonly<Record<string, unknown>>
  readonly occurredAt: number
  readonly eventId: string
}

/** Attributes of a customer that are kept: those of which something was said last. */
export const MOST_ATTRIBUTES = 50
/** Characters of a name. */
export const LONGEST_NAME = 100
/** Characters of a value as JSON. */
export const LONGEST_VALUE = 500

/** Nothing was said. */
export const NO_ATTRIBUTES: Attributes = new Map()

/**
 * What is known behind one more event. Each attribute is the last by (instant, event id), a removal
 * like a value; of all attributes those are kept that are the last by (instant, event id, name). Both
 * are maxima: any order of the same events, and any copies, give the same. A name or a value that is
 * too long, or that PostgreSQL cannot keep, counts as not said. The same object comes back where
 * nothing changed.
 */
export const withTraits = (
  before: Attributes,
  { traits, occurredAt, eventId }: SaidTraits,
): Attributes => {
  const after = new Map(before)
  for (const [name, value] of Object.entries(traits)) {
    if (name === '' || name.length > LONGEST_NAME || !isStorable(name) || !isKept(value)) continue
    const said: Said = [value, occurredAt, eventId]
    const known = after.get(name)
    if (known === undefined || isLater(said, known)) after.set(name, said)
  }
  const kept = after.size > MOST_ATTRIBUTES ? lastOf(after) : after
  return isSame(before, kept) ? before : kept
}

/** The attributes that have a value, by name. */
export const valuesOf = (attributes: Attributes): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    [...attributes]
      .filter(([, [value]]) => value !== null)
      .map(([name, [value]]): [string, Json] => [name, value])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  )

/** Texts of JSON go into PostgreSQL only where all of them can be kept there. */
const isKept = (value: unknown): value is Json => {
  const text = JSON.stringify(value)
  return text !== undefined && text.length <= LONGEST_VALUE && isStorableJson(value)
}

const isStorableJson = (value: unknown): boolean => {
  if (typeof value === 'string') return isStorable(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorableJson(each))
}

const isLater = ([, at, id]: Said, [, otherAt, otherId]: Said): boolean =>
  at > otherAt || (at === otherAt && id > otherId)

const lastOf = (attributes: Attributes): Attributes =>
  new Map(
    [...attributes]
      .sort(([name, said], [otherName, other]) => {
        if (isLater(said, other)) return -1
        if (isLater(other, said)) return 1
        return name < otherName ? 1 : -1
      })
      .slice(0, MOST_ATTRIBUTES),
  )

/** By who said it: an event says one thing of an attribute. */
const isSame = (before: Attributes, after: Attributes): boolean =>
  before.size === after.size && [...after].every(([name, said]) => before.get(name) === said)
