import { DAY_MS } from './calendar.ts'

/** Where a customer stands in their life with the shop; the last four are those of a silence. */
export const LIFECYCLES = [
  'new',
  'active',
  'recovered',
  'cooling',
  'at_risk',
  'dormant',
  'lost',
] as const
export type Lifecycle = (typeof LIFECYCLES)[number]

/** So long after their return a customer counts as recovered: 30 days. */
export const RECOVERED_MS = 30 * DAY_MS

/** By the number of thresholds passed in silence, from 1 on. */
export const SILENT_LIFECYCLES = ['cooling', 'at_risk', 'dormant', 'lost'] as const

/** What the lifecycle of somebody with a valid order follows from. */
export interface LifecycleFacts {
  /** Days with a valid order, less one. */
  readonly repeatDays: number
  /** Thresholds of risk passed in silence: 0 none, 1 light, 2 moderate, 3 heavy, 4 lost. */
  readonly stage: number
  /** When the last silence was ended by an order, ms; null where it was not, or there was none. */
  readonly recoveredAt: number | null
}

/**
 * The lifecycle at an instant (ms): a silent customer goes by the thresholds passed, one who is not
 * silent by the return and by how many days there are with an order. Who never ordered has none.
 * Pure; while nothing is ordered the stage only rises, and so nobody goes back to an earlier silence.
 */
export const lifecycleAt = (
  { repeatDays, stage, recoveredAt }: LifecycleFacts,
  now: number,
): Lifecycle => {
  const silent = SILENT_LIFECYCLES[Math.min(stage, SILENT_LIFECYCLES.length) - 1]
  if (silent !== undefined) return silent
  if (recoveredAt !== null && now < recoveredAt + RECOVERED_MS) return 'recovered'
  return repeatDays === 0 ? 'new' : 'active'
}
