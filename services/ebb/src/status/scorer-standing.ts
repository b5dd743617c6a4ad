import { lagOf, type ReadPlace } from '../survey/readers.ts'

/** Whether the scorer keeps up, by what the engines show: it has no port that could be asked. */
export interface ScorerStanding {
  readonly keepsUp: boolean
  /** Records that wait for it. */
  readonly lag: number
  /** How far its clock is behind that of features where that is most, ms; 0 where that means nothing. */
  readonly behindMs: number
  /** Whether anybody reads for it; absent where one process owns the whole. */
  readonly isRead?: boolean
}

/** Where both processors stand, and how many read for the scorer where that can be asked. */
export interface ScorerPlaces {
  readonly features: readonly ReadPlace[]
  readonly scorer: readonly ReadPlace[]
  readonly members?: number
  /** Elsewhere one tick is hours of the clock. */
  readonly isLive: boolean
}

/** As `ebb doctor` has it. */
const MOST_RECORDS = 1_000
/** Twelve ticks of a live installation: beside few events they are most of what waits. */
const MOST_MS = 60_000

/** Judges by records, by clocks, since a quiet shop has few records, and by who reads. */
export const scorerStanding = (places: ScorerPlaces): ScorerStanding => {
  const { features, scorer, members, isLive } = places
  const lag = lagOf(scorer)
  const clocks = new Map(features.map(({ partition, clock = 0 }) => [partition, clock]))
  const behind = scorer.map(({ partition, clock }) =>
    clock === undefined || !isLive ? 0 : (clocks.get(partition) ?? 0) - clock,
  )
  const behindMs = Math.max(0, ...behind)
  const isRead = members === undefined ? undefined : members > 0
  return {
    keepsUp: lag <= MOST_RECORDS && behindMs <= MOST_MS && isRead !== false,
    ...{ lag, behindMs },
    ...(isRead !== undefined && { isRead }),
  }
}
