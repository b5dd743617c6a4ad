/** How one fault is counted, and from which share on somebody should look. */
interface QualityMeasure {
  readonly measure: string
  /** Share of what is counted; a judgement, not a measurement. */
  readonly limit: number
}

/** All faults that are counted, in the order of docs/data-quality.md, which says what each means. */
export const QUALITY_MEASURES = [
  { measure: 'refused', limit: 0.01 },
  { measure: 'copies', limit: 0.05 },
  { measure: 'anonymous', limit: 0.95 },
  { measure: 'guestOrders', limit: 0.2 },
  { measure: 'noConsent', limit: 0.2 },
  { measure: 'noPage', limit: 0.1 },
  { measure: 'noProduct', limit: 0.05 },
  { measure: 'noOrderId', limit: 0.01 },
  { measure: 'noAmount', limit: 0.01 },
  { measure: 'noCurrency', limit: 0.1 },
  { measure: 'unknownName', limit: 0.3 },
  { measure: 'unknownRate', limit: 0.01 },
  { measure: 'ahead', limit: 0.01 },
  { measure: 'totalOff', limit: 0.02 },
  { measure: 'refundOver', limit: 0.01 },
  { measure: 'impossible', limit: 0.01 },
  { measure: 'late', limit: 0.05 },
  { measure: 'skewed', limit: 0.05 },
  { measure: 'bots', limit: 0.2 },
  { measure: 'fast', limit: 0.05 },
] as const satisfies readonly QualityMeasure[]

/** Name of a fault that is counted. */
export type MeasureName = (typeof QUALITY_MEASURES)[number]['measure']
