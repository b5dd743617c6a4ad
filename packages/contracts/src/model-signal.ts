import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { MessageError, messageCodec } from './message-codec.ts'
import { StorableText } from './storable-text.ts'

/** Key of the control records that say which model customers are scored with. */
export const MODEL_SIGNAL_KEY = '~model'

const Positive = Type.Number({ exclusiveMinimum: 0 })
const Share = Type.Number({ minimum: 0, maximum: 1 })
const Threshold = Type.Object({ share: Share, floor: Share })
const Horizons = Type.Number({ exclusiveMinimum: 0, maximum: 1_000 })

/** Kind and parameters of what P(no order) is computed with. */
export const SignalledModel = Type.Union([
  Type.Object({
    kind: Type.Union([Type.Literal('bg-nbd'), Type.Literal('mbg-nbd')]),
    parameters: Type.Object({ r: Positive, alpha: Positive, a: Positive, b: Positive }),
  }),
  Type.Object({
    kind: Type.Literal('pareto-nbd'),
    parameters: Type.Object({ r: Positive, alpha: Positive, s: Positive, beta: Positive }),
  }),
])

/** What the mean value of an order is computed with, in major units of the shop's currency. */
export const SignalledSpend = Type.Object({
  kind: Type.Literal('gamma-gamma'),
  ...{ p: Positive, q: Positive, v: Positive },
})

/** How the rates of days with a visit differ between customers: a Gamma distribution, in days. */
export const SignalledVisits = Type.Object({ shape: Positive, rate: Positive })

/** When silence is worth an alert, and when it is final. */
export const SignalledPolicy = Type.Object({
  horizonDays: Type.Integer({ minimum: 1, maximum: 3_650 }),
  ...{ light: Threshold, moderate: Threshold, heavy: Threshold },
  hysteresis: Share,
  ...{ lostAfterHeavy: Horizons, lostAfterOrder: Horizons },
})

/**
 * A model is promoted: customers are scored with it from here on. Stands in every partition of
 * `ebb.events.v1`, and forwarded in `ebb.features.v1`. The one with the latest (`at`, `version`)
 * counts; any other, a copy too, changes nothing. Only who trains and promotes models may write it.
 */
export const ModelSignal = Type.Object({
  /** Names model, spend and policy in every alert. */
  version: StorableText(200),
  /** When it was decided, of the process clock, ms. */
  at: Instant,
  model: SignalledModel,
  /** Absent where no value of orders is modelled. */
  spend: Type.Optional(SignalledSpend),
  /** Visits may bring light forward; absent: they have no say. */
  visits: Type.Optional(SignalledVisits),
  /** Absent: the policy that is shipped. */
  policy: Type.Optional(SignalledPolicy),
})
export type ModelSignal = Static<typeof ModelSignal>

const codec = messageCodec(ModelSignal)

/** The value of such a record. Refuses thresholds that do not rise. */
export const modelSignalCodec: typeof codec = {
  encode: codec.encode,
  decode: (value) => {
    const signal = codec.decode(value)
    if (signal.policy === undefined || isRising(signal.policy)) return signal
    throw new MessageError('/policy must not begin a tier below the one before')
  },
}

const isRising = ({ light, moderate, heavy }: NonNullable<ModelSignal['policy']>): boolean =>
  light.share <= moderate.share &&
  moderate.share <= heavy.share &&
  light.floor <= moderate.floor &&
  moderate.floor <= heavy.floor

/** The record of a promotion, the same for every partition. */
export const modelSignalRecord = (signal: ModelSignal): { key: string; value: Uint8Array } => ({
  key: MODEL_SIGNAL_KEY,
  value: codec.encode(signal),
})

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export const compareModelSignals = (
  a: Pick<ModelSignal, 'at' | 'version'>,
  b: Pick<ModelSignal, 'at' | 'version'>,
): number => a.at - b.at || (a.version < b.version ? -1 : Number(a.version > b.version))
