import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { decimalOf } from '@ebb/contracts/decimal-amount'
import { canonicalEventName } from '@ebb/contracts/event-name-aliases'
import { consentOf } from './consent.ts'
import { eventTime } from './event-time.ts'
import { derivedEventId, identifierOf } from './identifiers.ts'
import { isJsonObject, type JsonObject, type NativeEvent, structuralFault } from './native-event.ts'
import { orderPart } from './order-part.ts'
import type { Outcome, Refusal } from './refusal.ts'

/** What is known of an event beside itself. */
export interface IntakeContext {
  readonly source: string
  /** Greater means more trusted: storefront 1, back end 2. */
  readonly sourceRank: number
  /** On the process clock, in ms since the epoch. */
  readonly receivedAt: number
  /** That of the batch; the event's own goes first. */
  readonly sentAt?: number
  readonly indexInBatch: number
  /** ISO 4217 code of the shop. */
  readonly baseCurrency: string
  /** Units of the base currency for one unit of another, by its code. */
  readonly rates: Readonly<Record<string, number>>
  /** Stands under the context of every event of the batch. */
  readonly batchContext?: JsonObject
  /** The browser sent `Sec-GPC: 1`. */
  readonly globalPrivacyControl?: boolean
}

/**
 * The canonical form of one event, or why it is refused. Never throws, whatever JSON value comes
 * in. The result passes the schema `CanonicalEvent`; it may share objects with `item`.
 */
export const canonicalise = (item: unknown, context: IntakeContext): Outcome<CanonicalEvent> => {
  const fault = structuralFault(item)
  if (fault !== undefined) return { refused: fault }
  const event = item as NativeEvent
  const named = nameOf(event)
  if ('refused' in named) return named
  const customer = customerOf(event)
  if ('refused' in customer) return customer
  const messageId = identifierOf(event.messageId, '/messageId')
  if ('refused' in messageId) return messageId
  const time = eventTime(event, context)
  if ('refused' in time) return time
  const properties = propertiesOf(event)
  const id = messageId.ok ?? derivedEventId(event, context)
  const order = orderPart(properties, {
    name: named.ok.name,
    eventId: id,
    baseCurrency: context.baseCurrency,
    rates: context.rates,
  })
  if ('refused' in order) return order
  const rating = ratingOf(named.ok.name, properties)
  if ('refused' in rating) return rating

  const canonical: CanonicalEvent = {
    id,
    type: named.ok.type,
    name: named.ok.name,
    customer: customer.ok,
    source: context.source,
    sourceRank: context.sourceRank,
    occurredAt: time.ok.occurredAt,
    receivedAt: context.receivedAt,
    properties,
    context: contextOf(event, context.batchContext),
  }
  if (time.ok.sentAt !== undefined) canonical.sentAt = time.ok.sentAt
  if (order.ok !== undefined) canonical.order = order.ok.order
  if (rating.ok !== undefined) canonical.rating = rating.ok
  const consent = consentOf(canonical.context, event.consent, context.globalPrivacyControl)
  if (consent !== undefined) canonical.consent = consent
  const flags = flagsOf(time.ok.inFuture, order.ok?.rateUnknown ?? false)
  if (flags.length > 0) canonical.flags = flags
  return { ok: canonical }
}

type Flags = NonNullable<CanonicalEvent['flags']>

const flagsOf = (inFuture: boolean, rateUnknown: boolean): Flags => {
  const flags: Flags = []
  if (inFuture) flags.push('occurred-in-future')
  if (rateUnknown) flags.push('rate-unknown')
  return flags
}

const LONGEST_NAME = 200

/** Only a tracked event has a name of its own; the others are named by their type. */
const nameOf = ({ type, event }: NativeEvent): Outcome<Pick<CanonicalEvent, 'type' | 'name'>> => {
  if (type != null && type !== 'track') return { ok: { type, name: type } }
  if (event == null || event.trim() === '') return { refused: NO_NAME }
  if (event.length > LONGEST_NAME) return { refused: NAME_TOO_LONG }
  const name = canonicalEventName(event)
  return { ok: { type: name === 'identify' ? 'identify' : 'track', name } }
}

const customerOf = (event: NativeEvent): Outcome<CanonicalEvent['customer']> => {
  const userId = identifierOf(event.userId, '/userId')
  if ('refused' in userId) return userId
  const anonymousId = identifierOf(event.anonymousId, '/anonymousId')
  if ('refused' in anonymousId) return anonymousId
  const customer: CanonicalEvent['customer'] = {}
  if (userId.ok !== undefined) customer.userId = userId.ok
  if (anonymousId.ok !== undefined) customer.anonymousId = anonymousId.ok
  return (userId.ok ?? anonymousId.ok) ? { ok: customer } : { refused: NO_CUSTOMER }
}

/** Fields that other event types keep beside their properties. */
const NAMED_BESIDE = {
  track: [],
  identify: [],
  page: ['name', 'category'],
  screen: ['name', 'category'],
  group: ['groupId'],
  alias: ['previousId'],
} as const

const propertiesOf = (event: NativeEvent): Record<string, unknown> => {
  const properties: Record<string, unknown> = event.properties ?? {}
  const beside = NAMED_BESIDE[event.type ?? 'track'].filter((field) => field in event)
  if (beside.length === 0) return properties
  const fields = beside.map((field) => [field, (event as JsonObject)[field]])
  return { ...Object.fromEntries(fields), ...properties }
}

const contextOf = (
  { context, traits }: NativeEvent,
  batchContext: JsonObject | undefined,
): Record<string, unknown> => {
  const own: Record<string, unknown> = context ?? {}
  const merged = batchContext === undefined ? own : { ...batchContext, ...own }
  if (traits == null) return merged
  const known = merged['traits']
  return { ...merged, traits: isJsonObject(known) ? { ...known, ...traits } : traits }
}

const MOST_STARS = 5
const RATED: ReadonlySet<string> = new Set(['Product Reviewed', 'Survey Answered'])

const ratingOf = (name: string, { rating }: JsonObject): Outcome<number | undefined> => {
  if (!RATED.has(name) || rating == null || rating === '') return { ok: undefined }
  const isText = typeof rating === 'string' || typeof rating === 'number'
  const stars = isText && typeof decimalOf(rating) === 'object' ? Number(rating) : Number.NaN
  return stars <= MOST_STARS ? { ok: stars } : { refused: NOT_STARS }
}

const NO_NAME: Refusal = {
  code: 'EBB_EVENT_NAME_MISSING',
  what: 'A tracked event needs a name',
  path: '/event',
  fix: 'Send its name as "event", such as "Order Completed"',
}

const NAME_TOO_LONG: Refusal = {
  code: 'EBB_EVENT_NAME_TOO_LONG',
  what: `The name of an event has at most ${LONGEST_NAME} characters`,
  path: '/event',
  fix: 'Send a shorter name, and the rest as properties',
}

const NO_CUSTOMER: Refusal = {
  code: 'EBB_EVENT_CUSTOMER_MISSING',
  what: 'The event does not say whose it is',
  path: '/userId',
  fix: 'Send a userId, or an anonymousId for a visitor who is not signed in',
}

const NOT_STARS: Refusal = {
  code: 'EBB_EVENT_RATING_INVALID',
  what: 'A rating is a number of stars from 0 to 5',
  path: '/properties/rating',
  fix: 'Send it as a number, put onto five stars',
}
