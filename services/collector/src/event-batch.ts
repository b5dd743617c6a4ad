import { CodedError } from '@ebb/runtime/coded-error'
import { jsonFault } from './json-fault.ts'
import { listItemTexts } from './json-items.ts'
import { LARGEST_BATCH_CONTEXT, LARGEST_EVENT, MOST_EVENTS } from './limits.ts'
import { DEEPEST_EVENT, isJsonObject, isTooDeep, type JsonObject } from './native-event.ts'

/** The events of one request. */
export interface EventBatch {
  readonly items: readonly unknown[]
  /** The body is one event and not a list. */
  readonly single: boolean
  /** What stands beside a list: its key, its `sentAt`, its `context`; of one event the event. */
  readonly envelope: JsonObject
  /** The bytes of one event as they came. */
  textOf(index: number): string
  /** Whether one event has more than 32 KB. */
  isTooLarge(index: number): boolean
}

/**
 * Reads a body: one event, a list of events, or `{ batch: [...] }`. Throws a `CodedError` of 400
 * or 413 where it is none of these, or where what every event would get a copy of is too large.
 */
export const parseEventBatch = (text: string): EventBatch => {
  const body = parseJson(text)
  if (Array.isArray(body)) return listBatch(text, body, {})
  if (!isJsonObject(body)) throw SHAPE
  if (!Object.hasOwn(body, 'batch')) return singleEvent(text, body)
  if (!Array.isArray(body['batch'])) throw SHAPE
  refuseHeavyContext(body['context'])
  return listBatch(text, body['batch'], body)
}

const singleEvent = (text: string, event: JsonObject): EventBatch => ({
  items: [event],
  single: true,
  envelope: event,
  textOf: () => text,
  isTooLarge: () => Buffer.byteLength(text) > LARGEST_EVENT,
})

const listBatch = (text: string, items: readonly unknown[], envelope: JsonObject): EventBatch => {
  if (items.length > MOST_EVENTS) throw tooMany(items.length)
  let texts: readonly string[] | undefined
  const textOf = (index: number): string => {
    texts ??= listItemTexts(text) ?? []
    return texts[index] ?? JSON.stringify(items[index])
  }
  const mayBeTooLarge = Buffer.byteLength(text) > LARGEST_EVENT
  return {
    items,
    single: false,
    envelope,
    textOf,
    isTooLarge: (index) => mayBeTooLarge && Buffer.byteLength(textOf(index)) > LARGEST_EVENT,
  }
}

/** The depth goes first: a value that is too deep cannot be written as JSON to be measured. */
const refuseHeavyContext = (context: unknown): void => {
  if (context === undefined) return
  if (isTooDeep({ context })) throw CONTEXT_TOO_DEEP
  const bytes = Buffer.byteLength(JSON.stringify(context))
  if (bytes > LARGEST_BATCH_CONTEXT) throw contextTooLarge(bytes)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notJson(text, cause)
  }
}

const notJson = (text: string, cause: unknown): CodedError => {
  const fault = jsonFault(text)
  const where = fault && `line ${fault.line}, column ${fault.column}, offset ${fault.offset}`
  return new CodedError(
    'EBB_BODY_NOT_JSON',
    { what: 'The body is not JSON', where, fix: 'Correct it at this place and send it again' },
    { cause, status: 400 },
  )
}

const SHAPE = new CodedError(
  'EBB_BODY_SHAPE',
  {
    what: 'The body is neither an event nor a list of events',
    fix: 'Send an event, a list of events, or {"batch": [...]}',
  },
  { status: 400 },
)

/** Where a list is expected, an object without one is most likely a misspelt key. */
export const NO_BATCH = new CodedError(
  'EBB_BODY_SHAPE',
  { what: 'The body has no list "batch"', where: '/batch', fix: 'Send {"batch": [...]}' },
  { status: 400 },
)

const CONTEXT_TOO_DEEP = new CodedError(
  'EBB_BODY_SHAPE',
  {
    what: `The context beside the batch is nested more than ${DEEPEST_EVENT} levels deep`,
    where: '/context',
    fix: 'Send a flatter context',
  },
  { status: 400 },
)

const contextTooLarge = (bytes: number): CodedError =>
  new CodedError(
    'EBB_BODY_TOO_LARGE',
    {
      what:
        `The context beside the batch has ${bytes} bytes, ` +
        `and at most ${LARGEST_BATCH_CONTEXT} are taken`,
      where: '/context',
      fix: 'Send what differs between events in the events, and leave out what nobody reads',
    },
    { status: 413 },
  )

const tooMany = (count: number): CodedError =>
  new CodedError(
    'EBB_BODY_TOO_MANY_EVENTS',
    {
      what: `The list has ${count} events, and at most ${MOST_EVENTS} are taken at once`,
      fix: 'Send smaller batches',
    },
    { status: 413 },
  )
