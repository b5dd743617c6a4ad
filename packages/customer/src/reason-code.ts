/**
 * Why customers leave: the categories of Keaveney (1995), as codes. Packed states refer to positions
 * in this list, so it may only grow at its end.
 */
export const REASON_CODES = [
  'PRICE',
  'QUALITY',
  'SERVICE',
  'UX',
  'COMPETITOR',
  'NEED_CHANGE',
  'NATURAL_END',
  'UNKNOWN',
] as const

export type ReasonCode = (typeof REASON_CODES)[number]
