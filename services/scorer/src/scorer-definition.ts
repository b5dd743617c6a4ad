import { AlertRecord } from '@ebb/contracts/alert-record'
import { exactMinor } from '@ebb/contracts/decimal-amount'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { MODEL_SIGNAL_KEY, modelSignalCodec } from '@ebb/contracts/model-signal'
import { processorReject } from '@ebb/contracts/processor-reject'
import { SOURCE_SIGNAL_KEY, sourceSignalCodec } from '@ebb/contracts/source-signal'
import { readTick } from '@ebb/contracts/tick'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import type { Valuing } from '@ebb/risk/expected-loss'
import type { RiskAlert, ScoringContext } from '@ebb/risk/silence/alert'
import { fireDue, onRhythm } from '@ebb/risk/silence/episode'
import { onSourceChange } from '@ebb/risk/silence/holds'
import type { Scoring } from '@ebb/risk/silence/tiers'
import type { LogRecord } from '@ebb/streaming/event-log'
import type {
  Moment,
  Outcome,
  Output,
  ProcessorDefinition,
  Refusal,
} from '@ebb/streaming/processor-definition'
import { compareVersions, parseVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { lossOf } from './alert-loss.ts'
import { knownEvidence, reasonsOfSilence } from './alert-reasons.ts'
import {
  NOTHING_SHARED,
  onPromotion,
  readScorerShared,
  type ScorerShared,
} from './scorer-shared.ts'
import { packScorerState, type ScorerState, unpackScorerState } from './scorer-state.ts'
import { scoringInForce, standingDueAt, standingRisk } from './standing-risk.ts'

/** Consumer group and store of the scorer. */
export const SCORER_PROCESSOR = 'scorer'

/** With what customers are scored until a model is promoted, and how orders are valued. */
export interface ScorerSettings extends Scoring, Valuing {
  /** Names the model's parameters in every alert. */
  readonly modelVersion: string
}

const features = messageCodec(FeaturesRecord)
const alerts = messageCodec(AlertRecord)

/**
 * From features to silence alerts. Keeps the risk inputs and the episode of each customer, and one
 * timer: the exact instant at which the risk crosses the next tier if nothing more happens. For all
 * customers of a partition it keeps the model in force, and which sources are silent.
 */
export const scorerDefinition = (
  settings: ScorerSettings,
): ProcessorDefinition<ScorerState, ScorerShared> => ({
  name: SCORER_PROCESSOR,
  input: FEATURES,
  pack: packScorerState,
  unpack: unpackScorerState,
  readShared: readScorerShared,
  tickAt: readTick,
  handle: (before, record, at) => {
    const context = contextOf(settings, at)
    return handleSignal(record, context) ?? handleFeatures(before, record, context)
  },
  dueAt: (state, _customerId, { shared = NOTHING_SHARED }) =>
    standingDueAt(state, shared, scoringInForce(settings, shared)),
  fire: (before, customerId, at) => {
    const context = { customerId, ...contextOf(settings, at) }
    const { shared } = context
    const standing = standingRisk(before, shared, context)
    const { state: risk, alerts: raised } = fireDue(standing, context)
    const state = { ...before, risk, promotions: shared.promotions }
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

type ScorerOutcome = Outcome<ScorerState, ScorerShared>

type ScorerContext = ScorerSettings & Required<Moment<ScorerShared>>

const contextOf = (
  settings: ScorerSettings,
  { clock, partition, shared = NOTHING_SHARED }: Moment<ScorerShared>,
): ScorerContext => ({ ...scoringInForce(settings, shared), clock, partition, shared })

/** `undefined` for what is no signal. */
const handleSignal = (
  { key, value }: LogRecord,
  { shared, clock }: ScorerContext,
): ScorerOutcome | undefined => {
  if (key !== MODEL_SIGNAL_KEY && key !== SOURCE_SIGNAL_KEY) return undefined
  return readable(() => {
    const after =
      key === MODEL_SIGNAL_KEY
        ? onPromotion(shared, modelSignalCodec.decode(value), clock)
        : onSourceChange(shared, sourceSignalCodec.decode(value), clock)
    return after === shared ? {} : { shared: after }
  })
}

const handleFeatures = (
  before: ScorerState | undefined,
  record: LogRecord,
  settings: ScorerContext,
): ScorerOutcome => {
  const seen = parseVersion(record.headers[VERSION_HEADER])
  if (seen === undefined) return { refusal: unreadable('it carries no version') }
  // A copy, or what a zombie published late: what it says is known or outdated.
  if (before !== undefined && compareVersions(seen, before.seen) <= 0) return {}
  return readable(() => afterFeatures(before, { seen, ...features.decode(record.value) }, settings))
}

const afterFeatures = (
  before: ScorerState | undefined,
  message: FeaturesRecord & Pick<ScorerState, 'seen'>,
  settings: ScorerContext,
): ScorerOutcome => {
  const { seen, evidence: told } = message
  const { customerId, userId, consent, rhythm, visits, causeOrderId, windows } = message
  // Who never ordered cannot stop ordering.
  if (before === undefined && rhythm === undefined) return {}
  const context: ScorerContext & ScoringContext = {
    ...settings,
    customerId,
    ...(causeOrderId !== undefined && { causeOrderId }),
    ...(visits !== undefined && { visits }),
  }
  const { shared } = settings
  const standing = before && standingRisk(before, shared, settings)
  const { state: risk, alerts: raised } = onRhythm(standing, rhythm ?? null, context)
  const revenueMinor = exactMinor(windows.lifetime?.netMinor ?? 0)
  const state: ScorerState = {
    ...{ seen, userId, consent: consent ?? {}, revenueMinor, risk },
    ...{ promotions: shared.promotions, source: rhythm?.source },
    evidence: knownEvidence(told),
  }
  return { state, outputs: raised.map((alert) => alertOutput(alert, state, context)) }
}

/** The outcome; a refusal where a message in it cannot be read. */
const readable = (handle: () => ScorerOutcome): ScorerOutcome => {
  try {
    return handle()
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { refusal: unreadable(error.message) }
  }
}

const unreadable = (why: string): Refusal => ({
  code: 'EBB_FEATURES_UNREADABLE',
  message: `the features record cannot be read: ${why}; only the feature service may write here`,
})

const alertOutput = (
  alert: RiskAlert,
  { userId, consent, revenueMinor, evidence, risk: { rhythm } }: ScorerState,
  context: ScorerContext,
): Output => {
  const { model, modelVersion, partition } = context
  const record: AlertRecord = {
    ...alert,
    ...(userId !== undefined && { userId }),
    revenueMinor,
    expectedLoss: lossOf(alert, { rhythm, revenueMinor }, context),
    reasons: reasonsOfSilence(evidence, alert),
    consent,
    model: { kind: model.kind, version: modelVersion },
  }
  const { alertId: id, customerId: key } = alert
  return { topic: ALERTS, key, partition, id, value: alerts.encode(record) }
}
