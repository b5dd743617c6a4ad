import { hash, randomUUID } from 'node:crypto'
import type { NativeEvent } from './native-event.ts'
import type { Outcome, Refusal } from './refusal.ts'

/** As the canonical event allows. */
const LONGEST_ID = 256
const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * An identifier as text: numbers are written out; null and blank text are absent. Refuses what
 * two senders could write differently: too long, control characters, numbers beyond 2^53.
 */
export const identifierOf = (value: unknown, path: string): Outcome<string | undefined> => {
  if (typeof value === 'string') return textIdentifier(value, path)
  if (typeof value === 'number') return numberIdentifier(value, path)
  if (value === null || value === undefined) return ABSENT
  return refuse(path, 'An id is text or a number', 'Send it as text')
}

const ABSENT = { ok: undefined }

const textIdentifier = (value: string, path: string): Outcome<string | undefined> => {
  if (value.trim() === '') return ABSENT
  if (value.length > LONGEST_ID) {
    const what = `An id has at most ${LONGEST_ID} characters, and this has ${value.length}`
    return refuse(path, what, 'Send a shorter one, such as its hash')
  }
  if (CONTROL_CHARACTER.test(value)) {
    return refuse(path, 'An id has no control characters', 'Leave them out')
  }
  return { ok: value }
}

const numberIdentifier = (value: number, path: string): Outcome<string> => {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return refuse(path, 'This number is too large to be read exactly', 'Send the id as text')
  }
  return { ok: String(value) }
}

const refuse = (path: string, what: string, fix: string): { refused: Refusal } => ({
  refused: { code: 'EBB_EVENT_ID_INVALID', what, path, fix },
})

/** What tells two events without a message id apart. */
export interface EventOrigin {
  readonly source: string
  readonly indexInBatch: number
}

/**
 * The id of an event that has none. With a timestamp: a hash of source, position in the batch and
 * content without `sentAt`, so that the same batch sent again has the same ids. Without one:
 * random, for two equal clicks are two.
 */
export const derivedEventId = (event: NativeEvent, origin: EventOrigin): string => {
  if (event.timestamp == null && event.originalTimestamp == null) return randomUUID()
  const { sentAt: _, ...content } = event
  const named = JSON.stringify([origin.source, origin.indexInBatch, content])
  return hash('sha256', named, 'base64url')
}
