import { isBotVisit } from '@ebb/contracts/bot-visit'
import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { OrderRecord } from '@ebb/contracts/order-record'
import { processorReject } from '@ebb/contracts/processor-reject'
import { readTick, tickRecord } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, ORDERS } from '@ebb/contracts/topics'
import { nextEvidenceAt } from '@ebb/customer/evidence'
import { type Effect, fold } from '@ebb/customer/fold'
import { CUSTOMERS_STORE } from '@ebb/customer/kept-customer'
import type { OrderFact } from '@ebb/customer/order-fact'
import type { LogRecord } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import type {
  Moment,
  Outcome,
  Output,
  ProcessorDefinition,
  Refusal,
} from '@ebb/streaming/processor-definition'
import { customerEventOf } from './customer-event.ts'
import { featuresOf } from './features-record.ts'
import { type FeaturesState, packFeaturesState, unpackFeaturesState } from './features-state.ts'
import { forwardedSignal } from './forwarded-signals.ts'
import { COPIES } from './heartbeat/copies.ts'

/** Consumer group and store of the feature service. */
export const FEATURES_PROCESSOR = CUSTOMERS_STORE

/** What the shop decides for all its customers. */
export interface FeaturesSettings {
  /** IANA name; decides on which day an event falls. */
  readonly timeZone: string
  /** ISO 4217 code of the base currency. */
  readonly currency: string
}

/**
 * How long features of a customer may wait who only looks around, in ms of the clock. All that goes by
 * that is how many days ago a visit was; longer than most visits take, so that one is mostly told
 * once.
 */
export const PLAIN_ACTIVITY_MS = 600_000

const events = messageCodec(CanonicalEvent)
const features = messageCodec(FeaturesRecord)
const orders = messageCodec(OrderRecord)

/**
 * Plain activity waits for its customer's turn; everything else is told at once, and what follows
 * from the passing of time (a missed delivery) at the first tick behind it.
 */
const AT_ONCE: ReadonlySet<Effect> = new Set(['order', 'refund', 'friction', 'consent', 'identity'])

/**
 * From events to features. Keeps one state per customer; publishes their features, clean order
 * facts and how many copies came, and forwards each tick behind all that it caused, and each signal
 * in its place.
 */
export const featuresDefinition = (
  settings: FeaturesSettings,
): ProcessorDefinition<FeaturesState> => ({
  name: FEATURES_PROCESSOR,
  input: EVENTS,
  pack: packFeaturesState,
  unpack: unpackFeaturesState,
  tickAt: readTick,
  tallying: COPIES,
  handle: (before, record, at) => handleEvent(before, record, { ...at, ...settings }),
  dueAt: (state, key, { clock }) =>
    earlier(nextTelling(state, clock, key), nextEvidenceAt(state.customer, clock)),
  fire: ({ customer }, key, at) => ({
    outputs: [featuresOutput(featuresOf(key, customer, { ...at, ...settings }), at)],
  }),
  onTick: (_record, { clock, partition }) => [
    { topic: FEATURES, partition, id: `tick:${partition}:${clock}`, ...tickRecord(clock) },
  ],
  rejection: (record, refusal, { partition }) => {
    const { key, headers } = record
    const source = key.startsWith('~') ? undefined : (headers['ce_source'] ?? key)
    const place = { processor: FEATURES_PROCESSOR, input: EVENTS, partition }
    return processorReject({ ...place, record, refusal, source })
  },
})

/**
 * When plain activity is told. Each customer has a turn of their own, or else a tick would tell of
 * all at once, and orders would wait behind it.
 */
const nextTelling = (
  { customer, told }: FeaturesState,
  clock: number,
  key: string,
): number | undefined => {
  if (told) return undefined
  const turn = partitionOf(key, PLAIN_ACTIVITY_MS)
  const turns = Math.floor((customer.changedAt - turn) / PLAIN_ACTIVITY_MS) + 1
  const nextTurn = turns * PLAIN_ACTIVITY_MS + turn
  // A tick at that instant has told it already; nothing needs to be written down for that.
  return nextTurn > clock ? nextTurn : undefined
}

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

type FeaturesContext = Moment & FeaturesSettings

const handleEvent = (
  before: FeaturesState | undefined,
  record: LogRecord,
  at: FeaturesContext,
): Outcome<FeaturesState> => {
  if (record.key.startsWith('~')) {
    const forwarded = forwardedSignal(record, at)
    if (forwarded !== undefined) return forwarded
    const message = `control record ${record.key} is not known to this version; upgrade features`
    return { refusal: { code: 'EBB_CONTROL_UNKNOWN', message } }
  }
  const event = readEvent(record.value)
  if ('code' in event) return { refusal: event }
  if (isBotVisit(event) || isProfileAlone(event)) return {}
  const {
    state: customer,
    effect,
    orderFacts = [],
  } = fold(before?.customer, customerEventOf(event, at.timeZone), at)
  if (effect === 'none') return { tally: event.source }
  const told = AT_ONCE.has(effect)
  if (!told) return { state: { customer, told } }
  const causeOrderId = event.order?.id
  const now: FeaturesRecord = {
    ...featuresOf(record.key, customer, at),
    ...(causeOrderId !== undefined && { causeOrderId }),
  }
  const facts = orderFacts.map((fact, index) => orderOutput(record.key, idOf(fact, index), at))
  return { state: { customer, told }, outputs: [featuresOutput(now, at), ...facts] }
}

/** What was imported of a customer is no activity, and not kept in states. */
const isProfileAlone = ({ type, backfill }: CanonicalEvent): boolean =>
  type === 'identify' && backfill === true

const readEvent = (value: Uint8Array): CanonicalEvent | Refusal => {
  try {
    return events.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const message = `the event cannot be read (${error.message}); send it again through the collector`
    return { code: 'EBB_EVENT_UNREADABLE', message }
  }
}

const featuresOutput = (record: FeaturesRecord, { partition }: Moment): Output => ({
  topic: FEATURES,
  key: record.customerId,
  partition,
  value: features.encode(record),
})

/** The first fact of an event bears its id; each further one that of its order as well. */
const idOf = (fact: OrderFact, index: number): OrderFact =>
  index === 0 ? fact : { ...fact, id: `${fact.id}/${fact.orderId}` }

const orderOutput = (customerId: string, fact: OrderFact, at: FeaturesContext): Output => {
  const { id, kind, orderId, refundId, occurredAt, placedAt, amountMinor, standing } = fact
  const record: OrderRecord = {
    ...{ id, customerId, kind, occurredAt, currency: at.currency },
    ...(orderId !== undefined && { orderId }),
    ...(refundId !== undefined && { refundId }),
    ...(placedAt !== undefined && { placedAt }),
    ...(amountMinor !== undefined && { amountMinor }),
    ...(standing !== undefined && { standing }),
  }
  const { partition } = at
  return { topic: ORDERS, key: customerId, partition, id, value: orders.encode(record) }
}
