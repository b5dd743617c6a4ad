/** Something that went wrong for a customer, and what it says. Instants in ms. */
export interface WeighedEvidence {
  /** Of the reason that it speaks for. */
  readonly code: string
  /** How much it says when it happens. */
  readonly weight: number
  /** Days after which it says half as much. */
  readonly halfLifeDays: number
  readonly occurredAt: number
  /** When it was made good; absent while it was not. */
  readonly resolvedAt?: number
}

/** Why a customer goes quiet, as far as evidence tells. */
export interface Reason<E extends WeighedEvidence> {
  readonly code: E['code'] | 'UNKNOWN'
  /** Of the weight of all evidence; six decimals. */
  readonly share: number
  /** What speaks for it, the weightiest first. */
  readonly evidence: readonly E[]
}

/** At which instant (ms) evidence is weighed, and the weight below which it says nothing. */
interface Weighing {
  readonly at: number
  readonly least: number
}

const DAY_MS = 86_400_000

/**
 * Reasons by their evidence, the weightiest first: each piece has its weight, halved with every
 * half-life since it happened, and none once it was made good. Shares add up to 1, but for their
 * rounding. Without evidence the reason is UNKNOWN alone: silence itself is a symptom, never a reason. Pure; neither the result
 * nor its order depends on the order of the evidence, but for pieces that are alike in all of this.
 */
export function reasonsOf<E extends WeighedEvidence>(
  evidence: readonly E[],
  { at, least }: Weighing,
): readonly Reason<E>[] {
  const telling = evidence
    .map((piece) => ({ piece, weight: weightAt(piece, at) }))
    .filter(({ weight }) => weight >= least)
    .sort((a, b) => b.weight - a.weight || b.piece.occurredAt - a.piece.occurredAt)
  const all = sumOf(telling)
  if (all === 0) return [{ code: 'UNKNOWN', share: 1, evidence: [] }]
  return [...Map.groupBy(telling, ({ piece }) => piece.code)]
    .map(([code, pieces]) => ({ code, pieces, weight: sumOf(pieces) }))
    .sort((a, b) => b.weight - a.weight || (a.code < b.code ? -1 : 1))
    .map(({ code, pieces, weight }) => ({
      code,
      share: Math.round((weight / all) * 1e6) / 1e6,
      evidence: pieces.map(({ piece }) => piece),
    }))
}

const weightAt = ({ weight, halfLifeDays, occurredAt, resolvedAt }: WeighedEvidence, at: number) =>
  resolvedAt !== undefined && resolvedAt <= at
    ? 0
    : weight * 2 ** (-Math.max(0, at - occurredAt) / DAY_MS / halfLifeDays)

const sumOf = (pieces: readonly { readonly weight: number }[]): number =>
  pieces.reduce((sum, { weight }) => sum + weight, 0)
