/** One process of a collector, as far as it has told. */
export interface CollectorRun {
  readonly collector: string
  /** Start of the last minute that it has told of, ms; -1 before the first. */
  readonly through: number
  /** It has said that it stops. */
  readonly hasLeft?: true
  /** Of the minute that it is telling: the sources of which something was accepted. */
  readonly told?: { readonly minute: number; readonly sources: readonly string[] }
}

/** Every process of every collector that was heard of lately, by collector and run. */
export type CollectorRuns = Readonly<Record<string, CollectorRun>>

/** A collector that tells nothing for longer is taken as dead; until then it may be spooling. */
export const DEAD_MS = 6 * 3_600_000

/** The key of a run; `run` in ms. */
export const runKey = ({ collector, run = 0 }: { collector: string; run?: number }): string =>
  `${collector}@${run}`

/** Collectors that may bring traffic: told lately, and did not leave. */
export const presentAt = (runs: CollectorRuns, clock: number): Set<string> => {
  const present = new Set<string>()
  for (const { collector, through, hasLeft } of Object.values(runs))
    if (!hasLeft && clock - through <= DEAD_MS) present.add(collector)
  return present
}

/** Without those that are taken as dead. */
export const withoutDead = (runs: CollectorRuns, clock: number): CollectorRuns =>
  Object.fromEntries(Object.entries(runs).filter(([, { through }]) => clock - through <= DEAD_MS))
