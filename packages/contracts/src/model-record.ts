import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { messageCodec } from './message-codec.ts'
import { SignalledModel, SignalledSpend, SignalledVisits } from './model-signal.ts'
import { StorableText } from './storable-text.ts'

const Count = Type.Integer({ minimum: 0 })
const Version = StorableText(200)
const Sentence = StorableText(2_000)
const Share = Type.Number({ minimum: 0, maximum: 1 })
/** Null where it is not defined: an AUC where nobody ordered, say. */
const Measure = Type.Union([Type.Number(), Type.Null()])

/** How well some customers of the held-out slice were judged. */
const StratumGrade = Type.Object({
  customers: Count,
  /** Of them those without an order in the slice. */
  quiet: Count,
  auc: Measure,
  /** Null of a rule that gives no probability. */
  brier: Measure,
  ece: Measure,
})

/** By x, the days with an order after the first, as of the beginning of the slice. */
const Grades = Type.Object({
  all: StratumGrade,
  x0: StratumGrade,
  x1to4: StratumGrade,
  x5plus: StratumGrade,
})
export type ModelGrades = Static<typeof Grades>

/** The slice (`from`, `until`] that no fit had seen, and how who was judged on it. */
const HeldOut = Type.Object({
  from: Instant,
  until: Instant,
  horizonDays: Type.Integer({ minimum: 1 }),
  /** With an order by `from`. */
  customers: Count,
  /** The same kind of model, fitted to what was known at `from`: it is what was graded. */
  model: SignalledModel,
  grades: Grades,
  /** The model that was in force then; it may have been fitted to a part of the slice. */
  champion: Type.Object({ version: Version, grades: Grades }),
  /** Who has not ordered for longest is most at risk. */
  recency: Grades,
  /** Ten groups of equal size by risk, rising: what was foretold, and what came true. */
  calibration: Type.Array(Type.Object({ customers: Count, foretold: Share, cameTrue: Share })),
})

/** Who asked for it: the first tick behind three at night, the start of Ebb, or somebody. */
const Origin = Type.Union([Type.Literal('nightly'), Type.Literal('start'), Type.Literal('asked')])
export type TrainingOrigin = Static<typeof Origin>

/** `ebb.models.v1`: a model that was fitted to the shop's own customers. Key: its version. */
export const ModelRecord = Type.Object({
  version: Version,
  model: SignalledModel,
  /** Absent where too few orders have an amount. */
  spend: Type.Optional(SignalledSpend),
  /** Absent where it was not asked for, or where too few customers were seen to visit. */
  visits: Type.Optional(SignalledVisits),
  /** Of the process clock, ms. */
  fittedAt: Instant,
  /** To orders until then: the clock of the log, ms. */
  upTo: Instant,
  origin: Origin,
  /** With a valid order. */
  customers: Count,
  /** Of them those with orders on two days or more. */
  repeaters: Count,
  /** Days with an order, of all customers. */
  orderDays: Count,
  logLikelihood: Type.Number(),
  /** False: the fit ran to "nobody ever leaves", and a mean dropout of 5 % an order was set. */
  dropoutIdentified: Type.Boolean(),
  heldOut: HeldOut,
  /** Whether the rule of promotion took it for better than the champion. */
  isBetter: Type.Boolean(),
  /** Why, in numbers. */
  why: Sentence,
})
export type ModelRecord = Static<typeof ModelRecord>

/** Key of the record that says which model is in force. */
export const PROMOTION_KEY = '~promotion'

/** Which model is in force; the last such record counts. None: the shipped one. */
export const ModelPromotion = Type.Object({
  version: Version,
  /** When it was decided, of the process clock, ms. */
  at: Instant,
  by: Type.Union([Type.Literal('rule'), Type.Literal('operator'), Type.Literal('rollback')]),
  why: Sentence,
  /** Those that were in force before, the latest first: what a rollback goes back to. */
  before: Type.Array(Version),
})
export type ModelPromotion = Static<typeof ModelPromotion>

/** Key of the record that says which promotion every partition was told. */
export const PROMOTION_TOLD_KEY = '~told'

/** The promotion of which `~model` stands in every partition of `ebb.events.v1`. */
export const PromotionTold = Type.Object({
  version: Version,
  /** Of the promotion. */
  decidedAt: Instant,
  /** Of the signals: behind those of every promotion before. */
  at: Instant,
})
export type PromotionTold = Static<typeof PromotionTold>

/** Key of the record that says what the last training came to. */
export const TRAINING_KEY = '~training'

/** What the last training came to; the last such record counts. */
export const TrainingRecord = Type.Object({
  /** The clock of the log when it began, ms: at night the next one is due. */
  at: Instant,
  origin: Origin,
  /** The model that it made; absent where there was not enough to learn from. */
  version: Type.Optional(Version),
  customers: Count,
  repeaters: Count,
  /** Days from the first order of the shop to `at`. */
  historyDays: Count,
  why: Sentence,
})
export type TrainingRecord = Static<typeof TrainingRecord>

/** The value of a record with a version as its key. */
export const modelCodec = messageCodec(ModelRecord)
/** The value of the record with the key `~promotion`. */
export const promotionCodec = messageCodec(ModelPromotion)
/** The value of the record with the key `~told`. */
export const promotionToldCodec = messageCodec(PromotionTold)
/** The value of the record with the key `~training`. */
export const trainingCodec = messageCodec(TrainingRecord)
