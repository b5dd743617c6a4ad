import { canonicalise } from '@ebb/collector/canonical-form'
import { type Refusal, refusalText } from '@ebb/collector/refusal'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { FileRows, RefusedRow, ReplayRow } from './replay-row.ts'

/** The rows of a file after the collector's own rules were put to them. */
export interface JudgedRows {
  readonly accepted: readonly ReplayRow[]
  /** What each accepted row becomes. */
  readonly events: ReadonlyMap<ReplayRow, CanonicalEvent>
  /** By row. */
  readonly refused: readonly RefusedRow[]
  /** Currency of all amounts, ISO 4217. */
  readonly currency: string
}

/** Name of the replayer in the log, and source of its events. */
export const REPLAYER = 'replay'

/** Of a file of orders: it comes from a back end. */
const BACK_END = 2

/**
 * Judges every row of a file as the collector would judge an event. Rows are as trusted as those of a
 * back end unless their source rank is given.
 */
export const judgeRows = (
  { rows, refused, currency }: FileRows,
  sourceRank = BACK_END,
): JudgedRows => {
  const events = new Map<ReplayRow, CanonicalEvent>()
  const all: RefusedRow[] = [...refused]
  for (const row of rows) {
    const outcome = canonicalise(row.item, { ...contextOf(row, currency), sourceRank })
    if ('ok' in outcome) events.set(row, outcome.ok)
    else all.push(refusedRow(row, outcome.refused))
  }
  return {
    accepted: [...events.keys()],
    events,
    refused: all.sort((a, b) => a.row - b.row),
    currency,
  }
}

/** A file's own time stands for the receipt, so that two replays are the same to the byte. */
const contextOf = ({ occurredAt, row }: ReplayRow, baseCurrency: string) => ({
  source: REPLAYER,
  receivedAt: occurredAt,
  indexInBatch: row,
  baseCurrency,
  rates: {},
})

const refusedRow = ({ row, raw }: ReplayRow, refusal: Refusal): RefusedRow => ({
  row,
  code: refusal.code,
  message: refusalText(refusal),
  raw,
})
