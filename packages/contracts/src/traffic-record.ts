import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { messageCodec } from './message-codec.ts'
import { StorableText } from './storable-text.ts'

const Name = StorableText(1_024)
const Count = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

/** Who counted, and in which minute. */
const COUNTED = {
  /** Start of the minute, ms: of the collector's process clock, of features of its partition's. */
  minute: Instant,
  /** Who counted: the name of a collector, or `features/` and a partition. */
  collector: Name,
  /** When that process began to count, ms; absent where it makes no difference, as in features. */
  run: Type.Optional(Instant),
}

/**
 * `ebb.traffic.v1`: what came from one source in one minute. Key: the source. A counter that is
 * absent is nought. The minutes of one collector, run and source rise: a record that is not later
 * than the last of them is a copy. A minute may have several records, of other collectors and runs.
 */
export const TrafficRecord = Type.Object({
  source: Name,
  ...COUNTED,
  /** Events that were accepted, and are durable. */
  accepted: Type.Optional(Count),
  /** Events that were refused; a body that was refused as a whole counts for one. */
  refused: Type.Optional(Count),
  /** Of the accepted ones, those that were put into the spool, for the log was away. */
  spooled: Type.Optional(Count),
  /** Events that features had counted before; of the minute in which they came again. */
  copies: Type.Optional(Count),
})
export type TrafficRecord = Static<typeof TrafficRecord>

/** Key of the records by which a collector says that it lives. */
export const COLLECTOR_KEY = '~collector'

/**
 * A collector has told all that came in this minute: what it did not tell did not come. Stands
 * behind the traffic of that minute, also where there was none.
 */
export const CollectorMinute = Type.Object({
  ...COUNTED,
  /** It stops in an orderly way: nothing comes through this run any more. */
  leaves: Type.Optional(Type.Literal(true)),
})
export type CollectorMinute = Static<typeof CollectorMinute>

/** The value of a traffic record. */
export const trafficCodec = messageCodec(TrafficRecord)

/** The value of a record with the key `~collector`. */
export const collectorMinuteCodec = messageCodec(CollectorMinute)

const MINUTE_MS = 60_000

/** The start of the minute of an instant, both in ms. */
export const minuteOf = (instant: number): number => Math.floor(instant / MINUTE_MS) * MINUTE_MS
