import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { EVIDENCE } from '@ebb/customer/evidence-kinds'
import type { RiskState, Stage } from '@ebb/risk/silence/risk-state'
import { HaltError } from '@ebb/streaming/faults'
import type { Version } from '@ebb/streaming/version'
import { Packr } from 'msgpackr'
import type { KnownEvidence } from './alert-reasons.ts'

/** What the scorer keeps of one customer. */
export interface ScorerState {
  /** Of the last features record handled: an older one changes nothing. */
  readonly seen: Version
  readonly userId: string | undefined
  readonly consent: NonNullable<FeaturesRecord['consent']>
  /** Net revenue of all valid orders, in minor units. */
  readonly revenueMinor: number
  /** As it was when it was written: `standingRisk` tells what it is now. */
  readonly risk: RiskState
  /** How many promotions the partition had seen when the risk was written. */
  readonly promotions: number
  /** Which source the last order came from; `undefined` where that is not known. */
  readonly source: string | undefined
  /** Why they may go quiet, by the last features record. */
  readonly evidence: readonly KnownEvidence[]
}

/** First element of every packed state. */
const LAYOUT = 5
/** Layout 4 has no visits, 3 no promotions and no source either, 2 no evidence. */
const OLDEST = 2

const packr = new Packr({ useRecords: false })

const CHOICES = [undefined, false, true] as const

const packChoice = (choice: boolean | undefined): number => CHOICES.indexOf(choice)

/** An array by position, in MessagePack. */
export const packScorerState = (state: ScorerState): Uint8Array => {
  const { seen, userId, consent, revenueMinor, risk, evidence, promotions, source } = state
  const { rhythm, visits, due, stage, firstCrossedAt, closed } = risk
  return packr.pack([
    LAYOUT,
    [seen.generation, seen.offset, seen.index],
    userId ?? null,
    packChoice(consent.analytics) * 3 + packChoice(consent.marketing),
    rhythm && [rhythm.repeatDays, rhythm.firstAt, rhythm.lastAt, rhythm.lastOrderId],
    due,
    stage,
    firstCrossedAt,
    closed && [closed.orderId, closed.closedBy, closed.stage, closed.firstCrossedAt],
    revenueMinor,
    evidence.map(packEvidence),
    promotions,
    source ?? null,
    visits && [visits.repeatDays, visits.firstAt, visits.lastAt],
  ])
}

const packEvidence = ({ kind, occurredAt, eventId, orderId, resolvedAt }: KnownEvidence) =>
  [
    EVIDENCE.findIndex((row) => row.kind === kind),
    occurredAt,
    eventId ?? null,
    orderId ?? null,
    resolvedAt ?? null,
  ] as const

type Packed = readonly [
  layout: number,
  seen: readonly [number, number, number],
  userId: string | null,
  consent: number,
  rhythm: readonly [number, number, number, string] | null,
  due: RiskState['due'],
  stage: Stage,
  firstCrossedAt: number | null,
  closed: readonly [string, string, Stage, number] | null,
  revenueMinor: number,
  evidence: readonly ReturnType<typeof packEvidence>[] | undefined,
  promotions: number | undefined,
  source: string | null | undefined,
  visits: readonly [number, number, number] | null | undefined,
]

/** Throws the halt `EBB_STATE_VERSION` for a layout that this version does not know. */
export const unpackScorerState = (bytes: Uint8Array): ScorerState => {
  const packed = packr.unpack(bytes) as Packed
  const [layout] = packed
  if (!(layout >= OLDEST && layout <= LAYOUT))
    throw new HaltError(
      'EBB_STATE_VERSION',
      `a scorer state has layout ${layout}, and this version of Ebb reads ${OLDEST} to ${LAYOUT}; ` +
        'run the one that wrote it, or make the states again with `ebb rebuild`',
    )
  const [, [generation, offset, index], userId, consent, rhythm, due, stage] = packed
  const [, , , , , , , firstCrossedAt, closed, revenueMinor, evidence = []] = packed
  const [, , , , , , , , , , , promotions = 0, source = null, visits = null] = packed
  return {
    seen: { generation, offset, index },
    userId: userId ?? undefined,
    consent: unpackConsent(consent),
    revenueMinor,
    risk: {
      rhythm: rhythm && rhythmOf(rhythm),
      visits: visits && visitsOf(visits),
      due,
      stage,
      firstCrossedAt,
      closed: closed && closedOf(closed),
    },
    evidence: evidence.flatMap(unpackEvidence),
    promotions,
    source: source ?? undefined,
  }
}

const unpackConsent = (packed: number): ScorerState['consent'] => {
  const analytics = CHOICES[Math.floor(packed / 3)]
  const marketing = CHOICES[packed % 3]
  return {
    ...(analytics !== undefined && { analytics }),
    ...(marketing !== undefined && { marketing }),
  }
}

/** None of a kind that a later version added. */
const unpackEvidence = (packed: ReturnType<typeof packEvidence>): KnownEvidence[] => {
  const [index, occurredAt, eventId, orderId, resolvedAt] = packed
  const kind = EVIDENCE[index]?.kind
  if (kind === undefined) return []
  return [
    {
      ...{ kind, occurredAt },
      ...(eventId !== null && { eventId }),
      ...(orderId !== null && { orderId }),
      ...(resolvedAt !== null && { resolvedAt }),
    },
  ]
}

const rhythmOf = (packed: NonNullable<Packed[4]>): NonNullable<RiskState['rhythm']> => {
  const [repeatDays, firstAt, lastAt, lastOrderId] = packed
  return { repeatDays, firstAt, lastAt, lastOrderId }
}

const visitsOf = (packed: NonNullable<Packed[13]>): NonNullable<RiskState['visits']> => {
  const [repeatDays, firstAt, lastAt] = packed
  return { repeatDays, firstAt, lastAt }
}

const closedOf = (packed: NonNullable<Packed[8]>): NonNullable<RiskState['closed']> => {
  const [orderId, closedBy, stage, firstCrossedAt] = packed
  return { orderId, closedBy, stage, firstCrossedAt }
}
