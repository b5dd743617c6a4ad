import type { NativeEvent } from './native-event.ts'
import type { Outcome, Refusal } from './refusal.ts'

/** When an event happened, in ms since the epoch. */
export interface EventTime {
  readonly occurredAt: number
  readonly sentAt?: number
  /** It claimed to lie more than an hour ahead, and was set to `receivedAt`. */
  readonly inFuture: boolean
}

/** What the time of an event is judged by. */
export interface TimeContext {
  readonly receivedAt: number
  /** That of the batch; the event's own goes first. */
  readonly sentAt?: number
}

const HOUR_MS = 3_600_000
const MONTHS_KEPT = 24
/** No 24 months are shorter. */
const SURELY_KEPT_MS = 730 * 24 * HOUR_MS

/**
 * With `sentAt`: `receivedAt − (sentAt − originalTimestamp)`, which cancels a wrong clock of the
 * sender. Without: the time as given; without that `receivedAt`. A `sentAt` that is no time is
 * left out of account.
 */
export const eventTime = (event: NativeEvent, context: TimeContext): Outcome<EventTime> => {
  const sentAt = instantOf(event.sentAt) ?? context.sentAt
  const given = sentAt === undefined ? asGiven(event) : original(event)
  const at = given && instantOf(given.value)
  if (given !== undefined && at === undefined) return { refused: notATime(given.path) }
  const { receivedAt } = context
  const skew = sentAt === undefined ? 0 : receivedAt - sentAt
  const occurredAt = at === undefined ? receivedAt : at + skew
  if (isTooOld(occurredAt, receivedAt)) return { refused: { ...TOO_OLD, path: given?.path ?? '' } }
  const inFuture = occurredAt > receivedAt + HOUR_MS
  return {
    ok: {
      occurredAt: inFuture ? receivedAt : occurredAt,
      inFuture,
      ...(sentAt !== undefined && sentAt >= 0 && { sentAt }),
    },
  }
}

interface Given {
  readonly value: string | number
  readonly path: string
}

const asGiven = ({ timestamp, originalTimestamp }: NativeEvent): Given | undefined =>
  given('timestamp', timestamp) ?? given('originalTimestamp', originalTimestamp)

const original = ({ timestamp, originalTimestamp }: NativeEvent): Given | undefined =>
  given('originalTimestamp', originalTimestamp) ?? given('timestamp', timestamp)

const given = (field: string, value: string | number | null | undefined): Given | undefined =>
  value == null || value === '' ? undefined : { value, path: `/${field}` }

const isTooOld = (at: number, receivedAt: number): boolean => {
  if (receivedAt - at <= SURELY_KEPT_MS) return false
  const oldest = new Date(receivedAt)
  return at < oldest.setUTCMonth(oldest.getUTCMonth() - MONTHS_KEPT)
}

/** Below this a number counts seconds (until the year 5138), else ms (since 1973). */
const FIRST_MS = 1e11
const LAST_INSTANT = 8.64e15
const DIGITS = /^\d{1,16}$/

/**
 * A time as ms since the epoch: ISO 8601, in UTC where it names no offset; or seconds or ms since
 * 1970 as a number or its digits. `undefined` where it is none of these.
 */
export const instantOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return numberInstant(value)
  if (typeof value !== 'string') return undefined
  return DIGITS.test(value) ? numberInstant(Number(value)) : isoInstant(value)
}

const numberInstant = (value: number): number | undefined => {
  const ms = Math.floor(Math.abs(value) < FIRST_MS ? value * 1_000 : value)
  return Math.abs(ms) <= LAST_INSTANT ? ms : undefined
}

const DATE = /(\d{4})-(\d\d)-(\d\d)/
const TIME = /(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?/
const OFFSET = /(?:Z|z|([+-])(\d\d):?(\d\d)?)/
const ISO = new RegExp(`^${DATE.source}(?:[Tt ]${TIME.source} ?${OFFSET.source}?)?$`)

const isoInstant = (text: string): number | undefined => {
  const parts = ISO.exec(text)
  if (parts === null) return undefined
  const year = Number(parts[1])
  const month = Number(parts[2])
  const day = Number(parts[3])
  const hour = Number(parts[4] ?? 0)
  const minute = Number(parts[5] ?? 0)
  const second = Number(parts[6] ?? 0)
  const offset = Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)
  const isTime = hour < 24 && minute < 60 && second <= 60 && offset < 24 * 60
  if (!isTime || !isDay(year, month, day)) return undefined
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const fraction = parts[7] === undefined ? 0 : Math.floor(Number(`0.${parts[7]}`) * 1_000)
  return at + fraction - (parts[8] === '-' ? -offset : offset) * 60_000
}

/** A day that its month does not have would roll over into the next one. */
const isDay = (year: number, month: number, day: number): boolean => {
  if (year < 100 || month < 1 || month > 12 || day < 1) return false
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const notATime = (path: string): Refusal => ({
  code: 'EBB_EVENT_TIMESTAMP_INVALID',
  what: 'This is not a time',
  path,
  fix: 'Send ISO 8601 such as 2024-05-01T12:00:00Z, or ms since 1970',
})

const TOO_OLD = {
  code: 'EBB_EVENT_TOO_OLD',
  what: `The event lies more than ${MONTHS_KEPT} months back`,
  fix: 'Leave it out; check the unit (ms or seconds) if it is recent',
}
