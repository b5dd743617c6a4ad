import { compareModelSignals, type ModelSignal } from '@ebb/contracts/model-signal'
import type { SourceSignal } from '@ebb/contracts/source-signal'
import { HaltError } from '@ebb/streaming/faults'

/** What the scorer keeps for all customers of a partition: plain JSON. Instants in ms. */
export interface ScorerShared {
  /** Of this record; another one is refused. */
  readonly layout: number
  /** How many promotions counted so far: a state that knows fewer is re-tiered when it is read. */
  readonly promotions: number
  /** The last of them; null while customers are scored with what is shipped. */
  readonly promoted: Promoted | null
  /** `at` of the last signal of a source that counted. */
  readonly toldAt: number
  /** Sources whose customers are held, or were until lately. */
  readonly holds: readonly Hold[]
}

/** A model in force, and the partition's clock at its record. */
export interface Promoted extends ModelSignal {
  readonly promotedAt: number
}

/** Customers whose orders come from a silent source: nothing is raised of them until its end. */
export interface Hold {
  readonly source: string
  /** The partition's clock when it began. */
  readonly from: number
  /** When the silence of the source began. */
  readonly since: number
  /**
   * When those who are silent still are released: behind the clock until the tick that does it was
   * there. Null while the source is silent.
   */
  readonly until: number | null
  /** The release that a silence of the source behind another one put off. */
  readonly notBefore: number
}

const LAYOUT = 1

/** No promotion, no silent source. */
export const NOTHING_SHARED: ScorerShared = {
  layout: LAYOUT,
  promotions: 0,
  promoted: null,
  toldAt: -1,
  holds: [],
}

/** Throws the halt `EBB_STATE_VERSION` for a layout that this version does not know. */
export const readScorerShared = (kept: unknown): ScorerShared => {
  const shared = kept as ScorerShared
  if (shared.layout === LAYOUT) return shared
  throw new HaltError(
    'EBB_STATE_VERSION',
    `what the scorer keeps of a partition has layout ${shared.layout}, and this version of Ebb ` +
      `reads ${LAYOUT}; run the one that wrote it, or make the states again with \`ebb rebuild\``,
  )
}

/** A model was promoted; the same value where a later one is in force already. */
export const onPromotion = (
  shared: ScorerShared,
  signal: ModelSignal,
  clock: number,
): ScorerShared => {
  const { promoted, promotions } = shared
  if (promoted !== null && compareModelSignals(signal, promoted) <= 0) return shared
  return { ...shared, promotions: promotions + 1, promoted: { ...signal, promotedAt: clock } }
}

/**
 * Sources went silent or came back; the same value where a later signal counted already.
 * Whoever is silent still when a source is back at B after a silence since S is released at
 * B + (B − S), after as long again. Of a source that is gone for good all are released at once:
 * there is no return to wait for.
 */
export const onSourceSignal = (
  shared: ScorerShared,
  signal: SourceSignal,
  clock: number,
): ScorerShared => {
  if (signal.at <= shared.toldAt) return shared
  const silent = new Map(signal.silent.map(({ source, since }) => [source, since]))
  // Timers that waited for an earlier release have fired at the tick that passed it.
  const known = shared.holds.filter(({ until }) => until === null || until > clock)
  const held = new Set(known.map(({ source }) => source))
  const holds = [
    ...known.map((hold) => continued(hold, silent.get(hold.source), { signal, clock })),
    ...[...silent]
      .filter(([source]) => !held.has(source))
      .map(([source, since]) => ({ source, from: clock, since, until: null, notBefore: 0 })),
  ]
  return { ...shared, toldAt: signal.at, holds }
}

const continued = (
  hold: Hold,
  silentSince: number | undefined,
  { signal, clock }: { readonly signal: SourceSignal; readonly clock: number },
): Hold => {
  const { source, since, until, notBefore } = hold
  if (silentSince !== undefined)
    return until === null ? hold : { ...hold, since: silentSince, until: null, notBefore: until }
  if (until !== null) return hold
  const isGone = signal.source === source && signal.kind === 'gone'
  const asLongAgain = isGone ? clock : signal.at + (signal.at - since)
  // Behind the clock, so that at any record it says whether the tick that releases was there.
  return { ...hold, until: Math.max(clock + 1, asLongAgain, notBefore) }
}

/** The hold that concerns a customer whose orders come from `source`. */
export const holdOf = ({ holds }: ScorerShared, source: string | undefined): Hold | undefined =>
  source === undefined ? undefined : holds.find((hold) => hold.source === source)
