import type { CustomerRhythm } from '../models/order-rhythm.ts'
import type { VisitRhythm } from '../models/visit-rhythm.ts'
import { alertOf, type EpisodeChange, type RiskAlert, type ScoringContext } from './alert.ts'
import {
  type Customer,
  crossingsWithVisits,
  isOfVisits,
  lightWithVisits,
} from './light-with-visits.ts'
import {
  type ClosedEpisode,
  type Dues,
  duesFrom,
  HEALTHY,
  LIGHT,
  LOST,
  type RiskState,
  type Stage,
  UNKNOWN_CUSTOMER,
} from './risk-state.ts'
import { riskAt, type Scoring, type Tier, thresholdsOf } from './tiers.ts'

/** The tier of each stage; a lost customer counts as heavy. */
const TIERS = ['healthy', 'light', 'moderate', 'heavy', 'heavy'] as const satisfies readonly Tier[]

/** The state after, and what is to be told, in this order. */
export interface Transition {
  readonly state: RiskState
  readonly alerts: readonly RiskAlert[]
}

/** A running episode: at least one alert was raised. */
interface Raised extends RiskState {
  readonly rhythm: CustomerRhythm
  readonly firstCrossedAt: number
}

/**
 * The customer's orders as they stand now. An episode is the silence after one order, its base.
 * Thresholds are passed by timers only (`fireDue`); this sets the timers, each at the analytic
 * crossing or at `context.clock`, whichever is later, and tells what the orders did to an episode:
 *
 *     no alert raised yet         the timers are set anew, nothing is told; but where the base of
 *                                 the last ended episode is the last order again, `reopened`
 *     a later last order, at or   `recovered`, after `lost` too; the episode is remembered
 *     after the first crossing
 *     a later last order, from    `withdrawn`: it came late, there was no such silence
 *     before the first crossing
 *     an earlier last order       `withdrawn`: the base was retracted; then `reopened` where the
 *                                 new base is that of the last ended episode
 *     no order at all             `withdrawn`
 *     the same last order         other orders changed underneath: a tier is left downward where
 *                                 the risk is below its threshold less the hysteresis, untold
 *                                 but for `withdrawn` where it was light or above and an alert
 *                                 had been raised; lost is left in that way only
 *
 * Visits tell nothing: where the model knows them they move the timer of light, until it is told.
 *
 * Pure, and idempotent: orders and visits that the state already has change and tell nothing, at
 * whatever clock. A new model or policy takes effect by `retiered`.
 *
 * A tier that is entered again after it was left without an order has the alert id it had before:
 * for consumers a copy. The last ended episode is remembered until another one ends.
 *
 * @param rhythm null where the customer has no valid order.
 */
export function onRhythm(
  before: RiskState | undefined,
  rhythm: CustomerRhythm | null,
  context: ScoringContext,
): Transition {
  const state = withVisits(before ?? UNKNOWN_CUSTOMER, context)
  if (isSameRhythm(state.rhythm, rhythm)) return { state, alerts: [] }
  if (rhythm !== null && rhythm.lastOrderId === state.rhythm?.lastOrderId)
    return revise(state, rhythm, context)
  if (!isRaised(state)) return begin(state.closed, rhythm, context)

  const { rhythm: base } = state
  const isLater = rhythm !== null && rhythm.lastAt >= base.lastAt
  if (isLater && rhythm.lastAt >= state.firstCrossedAt) return recover(state, rhythm, context)
  const causeOrderId = isLater ? rhythm.lastOrderId : base.lastOrderId
  const withdrawn = end(state, { kind: 'withdrawn', causeOrderId, rhythm }, context)
  const { state: after, alerts } = begin(state.closed, rhythm, context)
  return { state: after, alerts: [withdrawn, ...alerts] }
}

/** The next instant at which `fireDue` has something to do; it may lie in the past. */
export function dueAt(state: RiskState): number | undefined {
  return state.due.find((due) => due !== null) ?? undefined
}

/**
 * Passes every threshold whose timer is at or before `context.clock`, in order, one alert each.
 * The alerts are the same however the way to that clock is split into ticks, `raisedAt` and
 * `isOutranked` apart.
 * Afterwards `dueAt` is later than the clock, or undefined.
 */
export function fireDue(before: RiskState, context: ScoringContext): Transition {
  let state = before
  const alerts: RiskAlert[] = []
  for (const [index, due] of before.due.entries()) {
    if (state.rhythm === null || !isDue(due, context)) continue
    const stage = (index + 1) as Stage
    const change: EpisodeChange = {
      kind: stage === LOST ? 'lost' : 'at_risk',
      base: state.rhythm,
      rhythm: state.rhythm,
      tier: TIERS[stage],
      previousTier: TIERS[state.stage],
      crossedAt: due,
      causeOrderId: state.rhythm.lastOrderId,
      isOutranked: before.due.slice(stage, LOST - 1).some((later) => isDue(later, context)),
      isOfVisits: stage === LIGHT && isOfVisits(state.rhythm, due, context),
    }
    alerts.push(alertOf(change, context))
    const firstCrossedAt = state.firstCrossedAt ?? due
    state = { ...state, stage, firstCrossedAt, due: duesFrom(state.due, stage) }
  }
  return { state, alerts }
}

const isDue = (due: number | null, { clock }: ScoringContext): due is number =>
  due !== null && due <= clock

/**
 * The visits as they stand now. They move the timer of light while nobody was told of it; who passed
 * light silently is before it again where it has yet to come.
 */
function withVisits(state: RiskState, context: ScoringContext): RiskState {
  const { rhythm, stage, firstCrossedAt } = state
  const visits = visitsOf(context)
  if (isSameVisits(state.visits, visits)) return state
  const seen = { ...state, visits }
  const isUntold = stage === HEALTHY || (stage === LIGHT && firstCrossedAt === null)
  if (rhythm === null || context.visitPrior === undefined || !isUntold) return seen
  const [light, ...behind] = state.due
  const [at] = timers(rhythm, HEALTHY, context)
  if (at === null || at > context.clock) return { ...seen, stage: HEALTHY, due: [at, ...behind] }
  return stage === LIGHT ? seen : { ...seen, due: [Math.min(light ?? at, at), ...behind] }
}

/** Where no episode runs: one begins to count, or the last ended one is reopened. */
function begin(
  closed: ClosedEpisode | null,
  rhythm: CustomerRhythm | null,
  context: ScoringContext,
): Transition {
  if (rhythm === null) {
    const state = { ...UNKNOWN_CUSTOMER, visits: visitsOf(context), closed }
    return { state, alerts: [] }
  }
  if (rhythm.lastOrderId === closed?.orderId) return reopen(closed, rhythm, context)
  return { state: quiet(closed, rhythm, context), alerts: [] }
}

/** No threshold is passed yet. */
function quiet(
  closed: ClosedEpisode | null,
  rhythm: CustomerRhythm,
  context: ScoringContext,
): RiskState {
  const due = timers(rhythm, HEALTHY, context)
  const visits = visitsOf(context)
  return { rhythm: copyOf(rhythm), visits, due, stage: HEALTHY, firstCrossedAt: null, closed }
}

function reopen(
  { stage, firstCrossedAt, closedBy }: ClosedEpisode,
  rhythm: CustomerRhythm,
  context: ScoringContext,
): Transition {
  const change: EpisodeChange = {
    kind: 'reopened',
    base: rhythm,
    rhythm,
    tier: TIERS[stage],
    previousTier: TIERS[HEALTHY],
    crossedAt: Math.max(context.clock, rhythm.lastAt),
    causeOrderId: closedBy,
  }
  const due = timers(rhythm, stage, context)
  const visits = visitsOf(context)
  const state = { rhythm: copyOf(rhythm), visits, due, stage, firstCrossedAt, closed: null }
  return { state, alerts: [alertOf(change, context)] }
}

function recover(state: Raised, rhythm: CustomerRhythm, context: ScoringContext): Transition {
  const causeOrderId = rhythm.lastOrderId
  const closed: ClosedEpisode = {
    orderId: state.rhythm.lastOrderId,
    closedBy: causeOrderId,
    stage: state.stage,
    firstCrossedAt: state.firstCrossedAt,
  }
  const recovered = end(state, { kind: 'recovered', causeOrderId, rhythm }, context)
  return { state: quiet(closed, rhythm, context), alerts: [recovered] }
}

/** The same last order, but other orders came, changed or went. */
function revise(state: RiskState, rhythm: CustomerRhythm, context: ScoringContext): Transition {
  const stage = stageKept(state.stage, rhythm, context)
  if (stage < state.stage && stage === HEALTHY && isRaised(state)) {
    const causeOrderId = context.causeOrderId ?? rhythm.lastOrderId
    const withdrawn = end(state, { kind: 'withdrawn', causeOrderId, rhythm }, context)
    return { state: quiet(state.closed, rhythm, context), alerts: [withdrawn] }
  }
  const due = timers(rhythm, stage, context)
  return { state: { ...state, rhythm: copyOf(rhythm), due, stage }, alerts: [] }
}

/** The stage that is left after the tiers whose threshold the risk has clearly fallen below. */
function stageKept(stage: Stage, rhythm: CustomerRhythm, context: ScoringContext): Stage {
  const held = stageHeld({ rhythm, visits: visitsOf(context) }, context.clock, context)
  if (stage === LOST) return held === HEALTHY ? HEALTHY : LOST
  return held < stage ? held : stage
}

/**
 * The highest tier that a change of the orders before the last one leaves a customer in, 0 … 3: the
 * risk at `now` (ms) is not below its threshold by more than the hysteresis, or visits hold light.
 */
export function stageHeld(customer: Customer, now: number, scoring: Scoring): Stage {
  const { light, moderate, heavy } = thresholdsOf(customer.rhythm, scoring)
  const risk = riskAt(customer.rhythm, now, scoring)
  const isHeld = (threshold: number) => risk >= threshold - scoring.policy.hysteresis
  const byRisk = [light, moderate, heavy].filter(isHeld).length as Stage
  if (byRisk !== HEALTHY || scoring.visitPrior === undefined) return byRisk
  return lightWithVisits(customer, scoring) <= now ? LIGHT : HEALTHY
}

interface Ending {
  readonly kind: 'recovered' | 'withdrawn'
  readonly causeOrderId: string
  readonly rhythm: CustomerRhythm | null
}

function end(state: Raised, ending: Ending, context: ScoringContext): RiskAlert {
  const change: EpisodeChange = {
    ...ending,
    base: state.rhythm,
    tier: TIERS[HEALTHY],
    previousTier: TIERS[state.stage],
    crossedAt: Math.max(context.clock, ending.rhythm?.lastAt ?? 0),
  }
  return alertOf(change, context)
}

/** Timers of the thresholds behind `stage`; none for a tier that would come after lost. */
function timers(rhythm: CustomerRhythm, stage: Stage, context: ScoringContext): Dues {
  const customer = { rhythm, visits: visitsOf(context) }
  const { light, moderate, heavy, lost } = crossingsWithVisits(customer, context)
  const timer = (at: number) => (at > lost ? null : Math.max(at, context.clock))
  return duesFrom([timer(light), timer(moderate), timer(heavy), timer(lost)], stage)
}

function isRaised(state: RiskState): state is Raised {
  return state.firstCrossedAt !== null
}

/** By all that an episode goes by. */
export function isSameRhythm(left: CustomerRhythm | null, right: CustomerRhythm | null): boolean {
  if (left === null || right === null) return left === right
  return (
    left.lastOrderId === right.lastOrderId &&
    left.lastAt === right.lastAt &&
    left.firstAt === right.firstAt &&
    left.repeatDays === right.repeatDays
  )
}

/** The four fields alone, in one order: whatever else a record carries stays out of the state. */
function copyOf({ repeatDays, firstAt, lastAt, lastOrderId }: CustomerRhythm): CustomerRhythm {
  return { repeatDays, firstAt, lastAt, lastOrderId }
}

/** As `copyOf`. */
function visitsOf({ visits }: ScoringContext): VisitRhythm | null {
  if (visits === undefined) return null
  const { repeatDays, firstAt, lastAt } = visits
  return { repeatDays, firstAt, lastAt }
}

const isSameVisits = (left: VisitRhythm | null, right: VisitRhythm | null): boolean =>
  left?.repeatDays === right?.repeatDays &&
  left?.firstAt === right?.firstAt &&
  left?.lastAt === right?.lastAt
