import { canonicalise } from '@ebb/collector/canonical-form'
import type { AlertRecord } from '@ebb/contracts/alert-record'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { CustomerState } from '@ebb/customer/customer-state'
import { nextEvidenceAt } from '@ebb/customer/evidence'
import { fold } from '@ebb/customer/fold'
import { customerEventOf } from '@ebb/features/customer-event'
import { featuresOf } from '@ebb/features/features-record'
import type { RiskAlert } from '@ebb/risk/silence/alert'
import { dueAt, fireDue, onRhythm } from '@ebb/risk/silence/episode'
import type { RiskState } from '@ebb/risk/silence/risk-state'
import { lossOf } from '@ebb/scorer/alert-loss'
import { type KnownEvidence, knownEvidence, reasonsOfSilence } from '@ebb/scorer/alert-reasons'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { ShopEvent } from '@ebb/simulator/shop-event'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { shopperTimeline } from '@ebb/simulator/timeline'

/** An alert, as far as orders and evidence decide on it. */
export interface StoryAlert extends RiskAlert {
  readonly reasons: AlertRecord['reasons']
  readonly expectedLoss: AlertRecord['expectedLoss']
}

/** Something that a shopper did, or that Ebb said of them. */
export type Chapter =
  | { readonly at: number; readonly event: CanonicalEvent }
  | { readonly at: number; readonly alert: StoryAlert }

const TIME_ZONE = 'UTC'
const BACK_END = { source: 'simulator', sourceRank: 1, indexInBatch: 0, rates: {} }

/** What is known of a shopper at an instant (ms). */
interface Heard {
  readonly clock: number
  readonly customer?: CustomerState
  readonly risk?: RiskState
  readonly evidence: readonly KnownEvidence[]
  readonly revenueMinor: number
}

/**
 * The life of one shopper until an instant (ms), from when they have a name, and every alert in its
 * place: by the fold, episodes and reasons of a running shop whose clock ticks each ms, but without
 * its engines.
 */
export function* shopperStory(shop: ShopSpec, index: number, until: number): Generator<Chapter> {
  let heard: Heard = { clock: 0, evidence: [], revenueMinor: 0 }
  for (const item of shopperTimeline(shop, index)) {
    const at = Date.parse(item.timestamp)
    if (at >= until) break
    if (item.userId === undefined) continue
    const event = canonical(item, shop)
    heard = yield* passed(heard, customerKey(event.customer), at)
    yield { at, event }
    heard = yield* told(heard, event)
  }
  yield* passed(heard, `u:shopper-${index}`, until)
}

const canonical = (item: ShopEvent, { currency }: ShopSpec): CanonicalEvent => {
  const receivedAt = Date.parse(item.timestamp)
  const outcome = canonicalise(item, { ...BACK_END, receivedAt, baseCurrency: currency })
  if ('refused' in outcome) throw new Error(`the simulator made ${outcome.refused.what}`)
  return outcome.ok
}

/** Time passes until an instant, and with it thresholds, promises and patience. */
function* passed(before: Heard, customerId: string, until: number): Generator<Chapter, Heard> {
  let heard = before
  for (;;) {
    const { customer, risk, clock } = heard
    const evidenceAt = (customer && nextEvidenceAt(customer, clock)) ?? Number.POSITIVE_INFINITY
    const thresholdAt = (risk && dueAt(risk)) ?? Number.POSITIVE_INFINITY
    const next = Math.min(evidenceAt, thresholdAt)
    if (next > until) return { ...heard, clock: until }
    heard = { ...heard, clock: Math.max(clock, next) }
    if (evidenceAt <= thresholdAt) heard = yield* scored(heard, customerId)
    else heard = yield* fired(heard, customerId)
  }
}

function* told(before: Heard, event: CanonicalEvent): Generator<Chapter, Heard> {
  const { occurredAt: clock } = event
  const customerEvent = customerEventOf(event, TIME_ZONE)
  const { state } = fold(before.customer, customerEvent, { clock, timeZone: TIME_ZONE })
  return yield* scored({ ...before, clock, customer: state }, customerKey(event.customer))
}

/** The scorer reads new features. */
function* scored(before: Heard, customerId: string): Generator<Chapter, Heard> {
  const { clock, customer } = before
  const features = featuresOf(customerId, customer!, { clock, timeZone: TIME_ZONE })
  const context = { ...SHIPPED_SCORING, customerId, clock }
  const { state: risk, alerts } = onRhythm(before.risk, features.rhythm ?? null, context)
  const heard = {
    ...{ ...before, risk, evidence: knownEvidence(features.evidence) },
    revenueMinor: features.windows['lifetime']?.['netMinor'] ?? 0,
  }
  yield* chapters(heard, alerts)
  return heard
}

function* fired(before: Heard, customerId: string): Generator<Chapter, Heard> {
  const context = { ...SHIPPED_SCORING, customerId, clock: before.clock }
  const { state: risk, alerts } = fireDue(before.risk!, context)
  const heard = { ...before, risk }
  yield* chapters(heard, alerts)
  return heard
}

function* chapters(heard: Heard, alerts: readonly RiskAlert[]): Generator<Chapter> {
  const { evidence, revenueMinor } = heard
  const rhythm = heard.risk?.rhythm ?? null
  for (const alert of alerts) {
    const reasons = reasonsOfSilence(evidence, alert)
    const expectedLoss = lossOf(alert, { rhythm, revenueMinor }, SHIPPED_SCORING)
    yield { at: alert.crossedAt, alert: { ...alert, reasons, expectedLoss } }
  }
}
