import { DAY_MS } from './calendar.ts'
import type { ReasonCode } from './reason-code.ts'

/** What makes good again what went wrong. */
export const REMEDIES = ['delivery', 'ticket resolved', 'later order', 'later discount'] as const

type Remedy = (typeof REMEDIES)[number]

interface EvidenceRow {
  readonly kind: string
  readonly reason: ReasonCode
  /** How much one of them says for the reason, against one that says it plainly. */
  readonly weight: number
  /** Days after which it says half as much. */
  readonly halfLifeDays: number
  /** Absent: only time. */
  readonly resolvedBy?: Remedy
}

/**
 * What counts as evidence, and of which reason. The weights are a judgement, not a measurement; what
 * they are worth on a simulated shop stands in docs/reasons.md.
 * Packed states refer to positions in this list, so it may only grow at its end.
 */
export const EVIDENCE = [
  {
    kind: 'lateDelivery',
    reason: 'SERVICE',
    weight: 1,
    halfLifeDays: 30,
    resolvedBy: 'delivery',
  },
  {
    kind: 'ticketOpen',
    reason: 'SERVICE',
    weight: 1,
    halfLifeDays: 30,
    resolvedBy: 'ticket resolved',
  },
  { kind: 'ticketResolved', reason: 'UNKNOWN', weight: 0, halfLifeDays: 30 },
  { kind: 'lowRating', reason: 'QUALITY', weight: 1, halfLifeDays: 60 },
  {
    kind: 'paymentFailed',
    reason: 'UX',
    weight: 0.6,
    halfLifeDays: 30,
    resolvedBy: 'later order',
  },
  {
    kind: 'couponDenied',
    reason: 'PRICE',
    weight: 0.6,
    halfLifeDays: 30,
    resolvedBy: 'later discount',
  },
  { kind: 'pageError', reason: 'UX', weight: 0.3, halfLifeDays: 7 },
  { kind: 'emptySearch', reason: 'UX', weight: 0.3, halfLifeDays: 14, resolvedBy: 'later order' },
  { kind: 'priceComplaint', reason: 'PRICE', weight: 1, halfLifeDays: 60 },
  { kind: 'qualityComplaint', reason: 'QUALITY', weight: 1, halfLifeDays: 60 },
  { kind: 'serviceComplaint', reason: 'SERVICE', weight: 1, halfLifeDays: 60 },
  { kind: 'uxComplaint', reason: 'UX', weight: 1, halfLifeDays: 60 },
  { kind: 'competitorNamed', reason: 'COMPETITOR', weight: 1, halfLifeDays: 60 },
  { kind: 'needChanged', reason: 'NEED_CHANGE', weight: 1, halfLifeDays: 60 },
  { kind: 'needEnded', reason: 'NATURAL_END', weight: 1, halfLifeDays: 180 },
  { kind: 'refundForPrice', reason: 'PRICE', weight: 0.8, halfLifeDays: 45 },
  { kind: 'refundForQuality', reason: 'QUALITY', weight: 1, halfLifeDays: 45 },
  { kind: 'refundForService', reason: 'SERVICE', weight: 1, halfLifeDays: 45 },
  { kind: 'refundForNeed', reason: 'NEED_CHANGE', weight: 0.5, halfLifeDays: 45 },
  { kind: 'refundForCompetitor', reason: 'COMPETITOR', weight: 1, halfLifeDays: 45 },
  { kind: 'refundUnexplained', reason: 'UNKNOWN', weight: 0.3, halfLifeDays: 45 },
  { kind: 'interestShift', reason: 'NEED_CHANGE', weight: 0.5, halfLifeDays: 30 },
] as const satisfies readonly EvidenceRow[]

/** Evidence that weighs less says nothing any more. */
export const LEAST_WEIGHT = 0.02

/** What is left of its weight where the customer ordered after it all the same. */
const AFTER_ORDER = 0.1

export type EvidenceKind = (typeof EVIDENCE)[number]['kind']

const ROWS: ReadonlyMap<EvidenceKind, EvidenceRow> = new Map(EVIDENCE.map((row) => [row.kind, row]))

/** The row of a kind. */
export const evidenceRow = (kind: EvidenceKind): EvidenceRow => ROWS.get(kind) as EvidenceRow

/** Something that went wrong, and whether the customer ordered after it all the same. Instants in ms. */
export interface DatedEvidence {
  readonly kind: EvidenceKind
  readonly occurredAt: number
  readonly isOrderedAfter: boolean
}

/** How much evidence says when it happens: it halves with every half-life of its kind. */
export const firstWeight = ({ kind, isOrderedAfter }: DatedEvidence): number =>
  evidenceRow(kind).weight * (isOrderedAfter ? AFTER_ORDER : 1)

/**
 * From when on (ms) evidence says nothing any more if nothing makes it good before, and no order
 * comes: occurredAt + h · log₂(w / `LEAST_WEIGHT`), h its half-life, w its first weight.
 */
export const fadesAt = (evidence: DatedEvidence): number => {
  const halfLives = Math.log2(Math.max(1, firstWeight(evidence) / LEAST_WEIGHT))
  const { halfLifeDays } = evidenceRow(evidence.kind)
  return evidence.occurredAt + Math.ceil(halfLives * halfLifeDays * DAY_MS)
}
