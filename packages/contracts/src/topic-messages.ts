import type { TSchema } from 'typebox'
import { AlertRecord } from './alert-record.ts'
import { CanonicalEvent } from './canonical-event.ts'
import { FeaturesRecord } from './features-record.ts'
import { INSTALLATION_KEY, Installation, SWITCHES_KEY, Switches } from './installation.ts'
import {
  ModelPromotion,
  ModelRecord,
  PROMOTION_KEY,
  PROMOTION_TOLD_KEY,
  PromotionTold,
  TRAINING_KEY,
  TrainingRecord,
} from './model-record.ts'
import { MODEL_SIGNAL_KEY, ModelSignal } from './model-signal.ts'
import { OrderRecord } from './order-record.ts'
import { RejectRecord } from './reject-record.ts'
import { SOURCE_SIGNAL_KEY, SourceSignal } from './source-signal.ts'
import { TICK_KEY, Tick } from './tick.ts'
import {
  ALERTS,
  EVENTS,
  FEATURES,
  INSTALLATION,
  MODELS,
  ORDERS,
  REJECTS,
  TRAFFIC,
  WINBACKS,
} from './topics.ts'
import { COLLECTOR_KEY, CollectorMinute, TrafficRecord } from './traffic-record.ts'
import { WinbackRecord } from './winback-record.ts'

/** One kind of message of a topic. */
export interface TopicMessage {
  readonly name: string
  readonly what: string
  readonly schema: TSchema
  /** Of a control record; the others have the key of their topic. */
  readonly key?: string
  /** Whether `version` stands in its headers: only where a processor wrote it. */
  readonly version: 'always' | 'sometimes' | 'never'
  /** Whether it says by CloudEvents attributes what it is. */
  readonly isCloudEvent: boolean
}

const record = { version: 'never', isCloudEvent: true } as const
const versioned = { version: 'always', isCloudEvent: true } as const
const control = { version: 'never', isCloudEvent: false } as const

/** Moves the clock of its partition; features forwards it as it does its other records. */
const tick = { name: 'Tick', what: 'moves the clock of its partition', schema: Tick, key: TICK_KEY }

/** Written into every partition of events; features forwards it. */
const sourceSignal = {
  ...{ name: 'SourceSignal', what: 'a source went silent, came back, or is gone for good' },
  ...{ schema: SourceSignal, key: SOURCE_SIGNAL_KEY, ...versioned },
}

/** Written into every partition of events by whoever promotes a model; features forwards it. */
const modelSignal = {
  ...{ name: 'ModelSignal', what: 'customers are scored with another model from here on' },
  ...{ schema: ModelSignal, key: MODEL_SIGNAL_KEY },
}

/** What each topic holds. */
export const TOPIC_MESSAGES: Readonly<Record<string, readonly TopicMessage[]>> = {
  [INSTALLATION]: [
    {
      ...{ name: 'Installation', what: 'what the installation is', schema: Installation },
      ...{ key: INSTALLATION_KEY, ...control },
    },
    {
      ...{ name: 'Switches', what: 'what is switched off; the last one counts', schema: Switches },
      ...{ key: SWITCHES_KEY, ...control },
    },
  ],
  [EVENTS]: [
    { name: 'Event', what: 'one accepted event', schema: CanonicalEvent, ...record },
    { ...tick, ...control },
    sourceSignal,
    { ...modelSignal, ...control },
  ],
  [REJECTS]: [
    {
      ...{ name: 'Reject', what: 'one refused record, and why', schema: RejectRecord },
      ...{ version: 'sometimes', isCloudEvent: true },
    },
  ],
  [TRAFFIC]: [
    {
      ...{ name: 'Traffic', what: 'what came from one source in one minute' },
      ...{ schema: TrafficRecord, version: 'sometimes', isCloudEvent: true },
    },
    {
      ...{ name: 'CollectorMinute', what: 'a collector has told all that came in a minute' },
      ...{ schema: CollectorMinute, key: COLLECTOR_KEY, ...record },
    },
  ],
  [FEATURES]: [
    {
      ...{ name: 'Features', what: 'all that the scorer needs of one customer' },
      ...{ schema: FeaturesRecord, ...versioned },
    },
    { ...tick, ...versioned },
    sourceSignal,
    { ...modelSignal, ...versioned },
  ],
  [ORDERS]: [
    {
      ...{ name: 'Order', what: 'one order fact after de-duplication', schema: OrderRecord },
      ...versioned,
    },
  ],
  [ALERTS]: [
    {
      ...{ name: 'Alert', what: 'a tier was crossed, or the episode changed' },
      ...{ schema: AlertRecord, ...versioned },
    },
  ],
  [WINBACKS]: [
    { name: 'Winback', what: 'a treatment to carry out', schema: WinbackRecord, ...record },
  ],
  [MODELS]: [
    {
      ...{ name: 'Model', what: "a model that was fitted to the shop's own customers" },
      ...{ schema: ModelRecord, ...control },
    },
    {
      ...{ name: 'ModelPromotion', what: 'which model is in force; the last one counts' },
      ...{ schema: ModelPromotion, key: PROMOTION_KEY, ...control },
    },
    {
      ...{ name: 'PromotionTold', what: 'which promotion every partition was told' },
      ...{ schema: PromotionTold, key: PROMOTION_TOLD_KEY, ...control },
    },
    {
      ...{ name: 'Training', what: 'what the last training came to' },
      ...{ schema: TrainingRecord, key: TRAINING_KEY, ...control },
    },
  ],
}
