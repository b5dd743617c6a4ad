import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import type { LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { formatVersion, VERSION_HEADER } from '@ebb/streaming/version'
import type { ScorerSettings } from './scorer-definition.ts'

/** One day in ms. */
export const DAY_MS = 86_400_000
/** The instant of the first order in a test. */
export const NOON = Date.UTC(2024, 5, 1, 12)

/** What customers of a test are scored with. */
export const SETTINGS: ScorerSettings = {
  model: SHIPPED_PRIORS,
  policy: DEFAULT_TIER_POLICY,
  modelVersion: 'test-1',
  ...{ marginShare: 0.3, minorPerMajor: 100 },
}

/** Orders of a customer: at these days behind the first one, the last one named o and its day. */
export const rhythmOf = (...days: readonly number[]): NonNullable<FeaturesRecord['rhythm']> => ({
  repeatDays: days.length - 1,
  firstAt: NOON,
  lastAt: NOON + days.at(-1)! * DAY_MS,
  lastOrderId: `o${days.at(-1)}`,
  orders: days.length,
})

/** Features of u:ann, who ordered at noon and may be told so. */
export const featuresOf = (over: Partial<FeaturesRecord> = {}): FeaturesRecord => ({
  customerId: 'u:ann',
  userId: 'ann',
  asOf: NOON,
  rhythm: rhythmOf(0),
  consent: { marketing: true },
  windows: {},
  ...over,
})

/** The record of features, with the version that an input at this offset gives. */
export const featuresRecord = (features: FeaturesRecord, offset: number): NewRecord => ({
  key: features.customerId,
  value: Buffer.from(JSON.stringify(features)),
  headers: { [VERSION_HEADER]: formatVersion({ generation: 0, offset, index: 0 }) },
})

/** A record as a handler gets it. */
export const logged = (record: NewRecord): LogRecord => ({
  offset: 91,
  headers: {},
  appendedAt: NOON,
  ...record,
})

/** The alert in a record or an output. */
export const alertIn = ({ value }: { readonly value: Uint8Array }): AlertRecord =>
  JSON.parse(Buffer.from(value).toString('utf8')) as AlertRecord
