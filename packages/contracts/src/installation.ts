import Type, { type Static } from 'typebox'

/** Key of every record of `ebb.installation.v1`. */
export const INSTALLATION_KEY = '~installation'

/**
 * What all states of an installation are made with. Another value would mix two ways to count, so
 * it is written down once, in the log, when the installation is begun.
 */
export const Installation = Type.Object({
  timeZone: Type.String(),
  currency: Type.String(),
  /** Of every topic keyed by customer. */
  partitions: Type.Integer({ minimum: 1 }),
  /** `live`: the wall clock. `demonstration`: a scaled one. `replay`: the clock of a file. */
  kind: Type.Union([Type.Literal('live'), Type.Literal('demonstration'), Type.Literal('replay')]),
  /** Process clock when it was begun, ms since the epoch. */
  begunAt: Type.Integer(),
  /** Generation of the states in force: raised by a rebuild. */
  generation: Type.Integer({ minimum: 0 }),
})
export type Installation = Static<typeof Installation>

/** Key of the records of `ebb.installation.v1` that say what is switched off. */
export const SWITCHES_KEY = '~switches'

/** What an operator has switched off; the last record counts. */
export const Switches = Type.Object({
  /** The scorer stands still: no alert is raised, none is lost. */
  alertsPaused: Type.Boolean(),
})
export type Switches = Static<typeof Switches>
