import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { OrderRecord } from '@ebb/contracts/order-record'
import { processorReject } from '@ebb/contracts/processor-reject'
import { readTick, tickRecord } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, ORDERS } from '@ebb/contracts/topics'
import type { CustomerEvent } from '@ebb/customer/customer-event'
import { nextEvidenceAt } from '@ebb/customer/evidence'
import { type Effect, fold } from '@ebb/customer/fold'
import type { OrderFact } from '@ebb/customer/order-fact'
import type { LogRecord } from '@ebb/streaming/event-log'
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

/** Consumer group and store of the feature service. */
export const FEATURES_PROCESSOR = 'features'

/** What the shop decides for all its customers. */
export interface FeaturesSettings {
  /** IANA name; decides on which day an event falls. */
  readonly timeZone: string
  /** ISO 4217 code of the base currency. */
  readonly currency: string
}

const MINUTE_MS = 60_000

const events = messageCodec(CanonicalEvent)
const features = messageCodec(FeaturesRecord)
const orders = messageCodec(OrderRecord)

/**
 * Plain activity waits for the next minute of the clock; everything else is told at once, and what
 * follows from the passing of time (a missed delivery) at the first tick behind it.
 */
const AT_ONCE: ReadonlySet<Effect> = new Set(['order', 'refund', 'friction', 'consent', 'identity'])

/**
 * From events to features. Keeps one state per customer; publishes their features, clean order
 * facts, and forwards each tick behind all that it caused.
 */
export const featuresDefinition = (
  settings: FeaturesSettings,
): ProcessorDefinition<FeaturesState> => ({
  name: FEATURES_PROCESSOR,
  input: EVENTS,
  pack: packFeaturesState,
  unpack: unpackFeaturesState,
  tickAt: readTick,
  handle: (before, record, at) => handleEvent(before, record, { ...at, ...settings }),
  dueAt: (state, clock) =>
    earlier(nextTelling(state, clock), nextEvidenceAt(state.customer, clock)),
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

/** When plain activity is told. */
const nextTelling = ({ customer, told }: FeaturesState, clock: number): number | undefined => {
  if (told) return undefined
  const nextMinute = (Math.floor(customer.changedAt / MINUTE_MS) + 1) * MINUTE_MS
  // A tick at that minute has told it already; nothing needs to be written down for that.
  return nextMinute > clock ? nextMinute : undefined
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
    const message = `control record ${record.key} is not known to this version; upgrade features`
    return { refusal: { code: 'EBB_CONTROL_UNKNOWN', message } }
  }
  const event = readEvent(record.value, at.timeZone)
  if ('code' in event) return { refusal: event }
  const { state: customer, effect, orderFact } = fold(before?.customer, event, at)
  if (effect === 'none') return {}
  const told = AT_ONCE.has(effect)
  if (!told) return { state: { customer, told } }
  const causeOrderId = event.order?.id
  const now: FeaturesRecord = {
    ...featuresOf(record.key, customer, at),
    ...(causeOrderId !== undefined && { causeOrderId }),
  }
  const outputs = [featuresOutput(now, at)]
  if (orderFact !== undefined) outputs.push(orderOutput(record.key, orderFact, at))
  return { state: { customer, told }, outputs }
}

const readEvent = (value: Uint8Array, timeZone: string): CustomerEvent | Refusal => {
  try {
    return customerEventOf(events.decode(value), timeZone)
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

const orderOutput = (customerId: string, fact: OrderFact, at: FeaturesContext): Output => {
  const { id, kind, orderId, refundId, occurredAt, placedAt, amountMinor } = fact
  const record: OrderRecord = {
    ...{ id, customerId, kind, occurredAt, currency: at.currency },
    ...(orderId !== undefined && { orderId }),
    ...(refundId !== undefined && { refundId }),
    ...(placedAt !== undefined && { placedAt }),
    ...(amountMinor !== undefined && { amountMinor }),
  }
  const { partition } = at
  return { topic: ORDERS, key: customerId, partition, id, value: orders.encode(record) }
}
