import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'

/** Key of a tick; keys that begin with `~` are control records. */
export const TICK_KEY = '~tick'

/** A tick moves the clock of its partition to `at`, if that is later. */
export const Tick = Type.Object({ at: Instant })
export type Tick = Static<typeof Tick>

/** A tick that runs ahead of its record's append time by more than this is refused. */
export const TICK_LEAD_LIMIT_MS = 60_000
