import type { Standing } from '@ebb/contracts/dashboard-api'
import type { CrossingInstants } from './customer-fold.ts'

/** By stage: the number of thresholds that silence has passed. */
export const STANDINGS = [
  'healthy',
  'light',
  'moderate',
  'heavy',
  'lost',
] as const satisfies readonly Standing[]

/** The standing of a stage from 0 to 4. */
export const standingAt = (stage: number): Standing => STANDINGS[stage] ?? 'healthy'

/** Where silence leads next, and when (ms); undefined behind lost. */
export const nextStanding = (
  stage: number,
  crossings: CrossingInstants,
): { readonly standing: Standing; readonly at: number } | undefined => {
  for (const standing of STANDINGS.slice(stage + 1)) {
    const at = standing === 'healthy' ? null : crossings[standing]
    if (at !== null) return { standing, at }
  }
  return undefined
}
