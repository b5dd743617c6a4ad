import { AlertRecord } from '@ebb/contracts/alert-record'
import { exactMinor } from '@ebb/contracts/decimal-amount'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { processorReject } from '@ebb/contracts/processor-reject'
import { readTick } from '@ebb/contracts/tick'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import type { RiskAlert, ScoringContext } from '@ebb/risk/alert'
import { dueAt, fireDue, onRhythm } from '@ebb/risk/episode'
import type { Scoring } from '@ebb/risk/tiers'
import type { LogRecord } from '@ebb/streaming/event-log'
import type {
  Moment,
  Outcome,
  Output,
  ProcessorDefinition,
  Refusal,
} from '@ebb/streaming/processor-definition'
import { compareVersions, parseVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { packScorerState, type ScorerState, unpackScorerState } from './scorer-state.ts'

/** Consumer group and store of the scorer. */
export const SCORER_PROCESSOR = 'scorer'

/** With what customers are scored. */
export interface ScorerSettings extends Scoring {
  /** Names the model's parameters in every alert. */
  readonly modelVersion: string
}

const features = messageCodec(FeaturesRecord)
const alerts = messageCodec(AlertRecord)

/**
 * From features to silence alerts. Keeps the risk inputs and the episode of each customer, and one
 * timer: the exact instant at which the risk crosses the next tier if nothing more happens.
 */
export const scorerDefinition = (settings: ScorerSettings): ProcessorDefinition<ScorerState> => ({
  name: SCORER_PROCESSOR,
  input: FEATURES,
  pack: packScorerState,
  unpack: unpackScorerState,
  tickAt: readTick,
  handle: (before, record, at) => handleFeatures(before, record, { ...at, ...settings }),
  dueAt: ({ risk }) => dueAt(risk),
  fire: (before, customerId, { clock, partition }) => {
    const context = { customerId, clock, partition, ...settings }
    const { state: risk, alerts: raised } = fireDue(before.risk, context)
    const state = { ...before, risk }
    return { state, outputs: raised.map((alert) => alertOutput(alert, state, context)) }
  },
  rejection: (record, refusal, { partition }) =>
    processorReject({
      processor: SCORER_PROCESSOR,
      input: FEATURES,
      partition,
      record,
      refusal,
    }),
})

type ScorerContext = ScorerSettings & Moment

const handleFeatures = (
  before: ScorerState | undefined,
  record: LogRecord,
  settings: ScorerContext,
): Outcome<ScorerState> => {
  const seen = parseVersion(record.headers[VERSION_HEADER])
  if (seen === undefined) return { refusal: unreadable('it carries no version') }
  // A copy, or what a zombie published late: what it says is known or outdated.
  if (before !== undefined && compareVersions(seen, before.seen) <= 0) return {}
  const message = readFeatures(record)
  if ('code' in message) return { refusal: message }
  const { customerId, userId, consent, rhythm, causeOrderId, windows } = message
  // Who never ordered cannot stop ordering.
  if (before === undefined && rhythm === undefined) return {}
  const context: ScorerContext & ScoringContext = {
    ...settings,
    customerId,
    ...(causeOrderId !== undefined && { causeOrderId }),
  }
  const { state: risk, alerts: raised } = onRhythm(before?.risk, rhythm ?? null, context)
  const revenueMinor = exactMinor(windows.lifetime?.netMinor ?? 0)
  const state = { seen, userId, consent: consent ?? {}, revenueMinor, risk }
  return { state, outputs: raised.map((alert) => alertOutput(alert, state, context)) }
}

const readFeatures = (record: LogRecord): FeaturesRecord | Refusal => {
  try {
    return features.decode(record.value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return unreadable(error.message)
  }
}

const unreadable = (why: string): Refusal => ({
  code: 'EBB_FEATURES_UNREADABLE',
  message: `the features record cannot be read: ${why}; only the feature service may write here`,
})

const alertOutput = (
  alert: RiskAlert,
  { userId, consent, revenueMinor }: ScorerState,
  { model, modelVersion, partition }: ScorerContext,
): Output => {
  const record: AlertRecord = {
    ...alert,
    ...(userId !== undefined && { userId }),
    revenueMinor,
    expectedLoss: null,
    reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
    consent,
    model: { kind: model.kind, version: modelVersion },
  }
  const { alertId: id, customerId: key } = alert
  return { topic: ALERTS, key, partition, id, value: alerts.encode(record) }
}
