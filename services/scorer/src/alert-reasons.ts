import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { ToldEvidence } from '@ebb/contracts/features-record'
import {
  EVIDENCE,
  type EvidenceKind,
  evidenceRow,
  fadesAt,
  firstWeight,
  LEAST_WEIGHT,
} from '@ebb/customer/evidence-kinds'
import { reasonsOf } from '@ebb/risk/reasons/reasons'

/** Evidence of a kind that this version knows. */
export type KnownEvidence = ToldEvidence & { readonly kind: EvidenceKind }

/** What can be weighed of what features tell: a kind of a later version cannot. */
export const knownEvidence = (told: readonly ToldEvidence[] = []): KnownEvidence[] =>
  told.filter((each): each is KnownEvidence => KINDS.has(each.kind))

const KINDS: ReadonlySet<string> = new Set(EVIDENCE.map(({ kind }) => kind))

/** Which silence is to be explained, and when. Instants in ms. */
interface Explained {
  /** Instant of the order that the silence follows. */
  readonly silentSince: number
  /** When evidence is weighed. */
  readonly crossedAt: number
}

/** Why a customer went quiet, by the evidence as it weighs at the crossing, and what would clear it. */
export const reasonsOfSilence = (
  evidence: readonly KnownEvidence[],
  { silentSince, crossedAt }: Explained,
): AlertRecord['reasons'] => {
  const weighed = evidence.map((told) => {
    const { reason: code, halfLifeDays, resolvedBy } = evidenceRow(told.kind)
    const dated = { ...told, isOrderedAfter: told.occurredAt < silentSince }
    const clearing = { fadesAt: fadesAt(dated), clearedBy: resolvedBy }
    return { ...told, ...clearing, code, weight: firstWeight(dated), halfLifeDays }
  })
  return reasonsOf(weighed, { at: crossedAt, least: LEAST_WEIGHT }).map((reason) => ({
    ...reason,
    evidence: reason.evidence.map(
      ({ kind: name, eventId, orderId, occurredAt, fadesAt, clearedBy }) => ({
        ...(eventId !== undefined && { eventId }),
        ...(orderId !== undefined && { orderId }),
        ...{ name, occurredAt, fadesAt },
        ...(clearedBy !== undefined && { clearedBy }),
      }),
    ),
  }))
}
