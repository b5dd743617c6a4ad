import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { PLAIN_ACTIVITY_MS } from '@ebb/features/features-definition'
import { BEGIN, canonicalEvent, intakeContext } from './bench-shop.ts'
import { type Popularity, shopTraffic } from './shop-traffic.ts'

/** Traffic that is evenly spread over a time. */
export interface Stretch {
  readonly events: number
  /** Ms since the epoch. */
  readonly from: number
  readonly until: number
  /** Between two ticks of a partition; the last one stands at `until`. */
  readonly tickEveryMs: number
}

/** What customers did before, and what they do now: the history is to be taken first, then that. */
export interface Clickstream {
  readonly history: Stretch
  readonly live: Stretch
  /** The events of a stretch in canonical form. */
  events(stretch: Stretch): Generator<CanonicalEvent>
}

const HOUR_MS = 3_600_000
const HISTORY_MS = 30 * 24 * HOUR_MS
/** Where the clock stands when all of a live stretch of that length is handled. */
export const LIVE_UNTIL = BEGIN + PLAIN_ACTIVITY_MS
const LIVE_TICK_MS = 5_000
/** Of the live stretch, in which each of them is told once: a visit. */
const EVENTS_A_CUSTOMER = 10
/** Events of the history for one of the live stretch. */
const HISTORY_EVENTS = 2

/** What a clickstream is made of. */
export interface ClickstreamSettings {
  /** Of the live stretch. */
  readonly events: number
  readonly popularity: Popularity
  /** A tenth as many as events, unless given. */
  readonly customers?: number
  /** The history is not drawn from this stream. */
  readonly isUnderWay?: boolean
}

/** 30 days of history up to `BEGIN`, and a live stretch behind it. */
export const clickstream = ({
  events,
  popularity,
  customers = Math.ceil(events / EVENTS_A_CUSTOMER),
  isUnderWay = false,
}: ClickstreamSettings): Clickstream => {
  const next = shopTraffic({ name: 'clickstream', customers, popularity, isUnderWay })
  return {
    history: {
      events: events * HISTORY_EVENTS,
      from: BEGIN - HISTORY_MS,
      until: BEGIN,
      tickEveryMs: HOUR_MS,
    },
    live: {
      events,
      from: BEGIN,
      until: LIVE_UNTIL,
      tickEveryMs: LIVE_TICK_MS,
    },
    events: function* ({ events: count, from, until }) {
      for (let index = 0; index < count; index += 1) {
        const at = from + Math.floor(((until - from) * index) / count)
        yield canonicalEvent(next(at), intakeContext(at))
      }
    },
  }
}
