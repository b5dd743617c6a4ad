import { compareModelSignals, type ModelSignal } from '@ebb/contracts/model-signal'
import { NONE_SILENT, type SilentSources } from '@ebb/risk/silence/holds'
import { HaltError } from '@ebb/streaming/faults'

/** What the scorer keeps for all customers of a partition: plain JSON. Instants in ms. */
export interface ScorerShared extends SilentSources {
  /** Of this record; another one is refused. */
  readonly layout: number
  /** How many promotions counted so far: a state that knows fewer is re-tiered when it is read. */
  readonly promotions: number
  /** The last of them; null while customers are scored with what is shipped. */
  readonly promoted: Promoted | null
}

/** A model in force, and the partition's clock at its record. */
export interface Promoted extends ModelSignal {
  readonly promotedAt: number
}

const LAYOUT = 1

/** No promotion, no silent source. */
export const NOTHING_SHARED: ScorerShared = {
  layout: LAYOUT,
  promotions: 0,
  promoted: null,
  ...NONE_SILENT,
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
