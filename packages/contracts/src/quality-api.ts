import Type from 'typebox'
import { Count } from './api-view.ts'
import { type MeasureName, QUALITY_MEASURES } from './quality-measures.ts'

// What insights answers about the quality of what came; its types are in dashboard-api.ts.

/** A civil day of the shop: `2026-06-01`. */
const CivilDay = Type.String({ format: 'date' })

/** How often one fault was found. */
const MeasuredFault = Type.Object({
  measure: Type.Unsafe<MeasureName>(
    Type.Union(QUALITY_MEASURES.map(({ measure }) => Type.Literal(measure))),
  ),
  faulty: Count,
  /** How many could have had it; never 0. */
  of: Count,
  /** More than its limit, and five times at least. */
  isBad: Type.Boolean(),
})

/** Times of a day, each the upper end of the interval in which it lies, ms. */
const Spread = Type.Object({ p50Ms: Count, p95Ms: Count })

/** What came from one source on one day, by the time of its arrival. */
export const QualityDay = Type.Object({
  day: CivilDay,
  source: Type.String(),
  accepted: Count,
  refused: Count,
  /** By code of docs/errors.md, the most frequent first. */
  refusedBy: Type.Array(Type.Object({ code: Type.String(), count: Count })),
  /** From what happened to its arrival; absent where nothing was accepted. */
  lateness: Type.Optional(Spread),
  /** Between the clocks of sender and collector, either way; absent where nothing said `sentAt`. */
  skew: Type.Optional(Spread),
  /** The worst first. */
  measures: Type.Array(MeasuredFault),
})

/** `GET /api/quality?from=&to=&source=`: days of sources, the worst first. */
export const QualityPage = Type.Object({
  from: CivilDay,
  to: CivilDay,
  days: Type.Array(QualityDay),
  /** All that there are within these days. */
  sources: Type.Array(Type.String()),
})
