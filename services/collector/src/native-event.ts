import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Refusal } from './refusal.ts'

const Identifier = Type.Union([Type.String(), Type.Number(), Type.Null()])
const Time = Type.Union([Type.String(), Type.Number(), Type.Null()])
/** An open object and not a record: a record would look at every key. */
const Bag = Type.Union([Type.Unsafe<Record<string, unknown>>(Type.Object({})), Type.Null()])

/**
 * One event as a client sends it, with Segment's names; other fields are let through unread. Null
 * and blank text count as absent, a number is taken for an identifier.
 */
export const NativeEvent = Type.Object({
  /** `track` where it is absent. */
  type: Type.Optional(
    Type.Union([
      Type.Literal('track'),
      Type.Literal('identify'),
      Type.Literal('page'),
      Type.Literal('screen'),
      Type.Literal('group'),
      Type.Literal('alias'),
      Type.Null(),
    ]),
  ),
  /** Name of a tracked event. */
  event: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  userId: Type.Optional(Identifier),
  anonymousId: Type.Optional(Identifier),
  /** Makes a repeated event countable once. */
  messageId: Type.Optional(Identifier),
  /** ISO 8601 (UTC without an offset), or seconds or ms since the epoch. */
  timestamp: Type.Optional(Time),
  originalTimestamp: Type.Optional(Time),
  sentAt: Type.Optional(Time),
  properties: Type.Optional(Bag),
  context: Type.Optional(Bag),
  traits: Type.Optional(Bag),
  /** As `context.consent`; what it does not understand it leaves out of account. */
  consent: Type.Optional(Type.Unknown()),
})
export type NativeEvent = Static<typeof NativeEvent>

/** An object of JSON whose fields nobody has looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Deeper values overflow the stack of whoever writes them as JSON again. */
export const DEEPEST_EVENT = 32

const check = Compile(NativeEvent)

/** Why a value is not a native event; `undefined` where it is one. */
export const structuralFault = (item: unknown): Refusal | undefined => {
  if (!check.Check(item)) return shapeFault(item)
  return isTooDeep(item) ? TOO_DEEP : undefined
}

/** Whether a value is nested deeper than an event may be. */
export const isTooDeep = (value: unknown): boolean => deeperThan(value, DEEPEST_EVENT)

/** Whether a value is a JSON object: neither null nor a list. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const deeperThan = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((element) => deeperThan(element, levels - 1))
  for (const key in value) {
    const inner = (value as JsonObject)[key]
    // Most values are text or numbers, and a call for each would cost more than the schema does.
    if (typeof inner === 'object' && deeperThan(inner, levels - 1)) return true
  }
  return false
}

const shapeFault = (item: unknown): Refusal => {
  if (!isJsonObject(item)) return NOT_AN_OBJECT
  const [first] = check.Errors(item)
  const field = first?.instancePath.split('/')[1] ?? ''
  const takes = TAKES[field] ?? 'a value that docs/events.md names'
  return {
    code: 'EBB_EVENT_FIELD_TYPE',
    what: `"${field}" cannot be ${kindOf(item[field])}`,
    path: `/${field}`,
    fix: `Send ${takes}`,
  }
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${value}`
}

const TAKES: Readonly<Record<string, string>> = {
  type: 'track, identify, page, screen, group or alias, or leave it out for track',
  event: 'the name of the event as text',
  userId: 'the id as text or as a number',
  anonymousId: 'the id as text or as a number',
  messageId: 'the id as text or as a number',
  timestamp: 'an ISO 8601 time such as 2024-05-01T12:00:00Z, or ms since 1970',
  originalTimestamp: 'an ISO 8601 time such as 2024-05-01T12:00:00Z, or ms since 1970',
  sentAt: 'an ISO 8601 time such as 2024-05-01T12:00:00Z, or ms since 1970',
  properties: 'an object',
  context: 'an object',
  traits: 'an object',
}

const NOT_AN_OBJECT: Refusal = {
  code: 'EBB_EVENT_NOT_OBJECT',
  what: 'An event is a JSON object, and this is not one',
  path: '',
  fix: 'Send {"event": "Order Completed", "userId": "…", "properties": {…}}',
}

const TOO_DEEP: Refusal = {
  code: 'EBB_EVENT_TOO_DEEP',
  what: `The event is nested more than ${DEEPEST_EVENT} levels deep`,
  path: '',
  fix: 'Send flatter properties',
}
