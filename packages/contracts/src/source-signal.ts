import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { messageCodec } from './message-codec.ts'
import { StorableText } from './storable-text.ts'

/** Key of the control records that say which sources are silent. */
export const SOURCE_SIGNAL_KEY = '~source'

const Source = StorableText(1_024)

/**
 * A source went silent, came back, or is taken as switched off after a month. Stands in every
 * partition of `ebb.events.v1`, and forwarded in `ebb.features.v1`. The one with the latest `at`
 * counts for all sources; a copy has the same `at`, and changes nothing.
 */
export const SourceSignal = Type.Object({
  source: Source,
  kind: Type.Union([Type.Literal('silent'), Type.Literal('back'), Type.Literal('gone')]),
  /** The end of the minute that decided, of the collectors' clock, ms; rises from one to the next. */
  at: Instant,
  /** When its silence began: the end of the last minute in which something was accepted, ms. */
  since: Instant,
  /** All sources that are silent now, and since when. */
  silent: Type.Array(Type.Object({ source: Source, since: Instant })),
})
export type SourceSignal = Static<typeof SourceSignal>

/** The value of such a record. */
export const sourceSignalCodec = messageCodec(SourceSignal)
