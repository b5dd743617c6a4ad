import type { LiveView } from '@ebb/contracts/dashboard-api'
import { ALERTS, EVENTS } from '@ebb/contracts/topics'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { EventLog } from '@ebb/streaming/event-log'
import { repeatWhile } from '../stream/repeat-while.ts'
import { audience, type Frame, frameOf, type Joining, type Viewer } from '../stream/sse-audience.ts'
import { endsOf, tailOf } from '../stream/topic-tail.ts'
import { openAlertFeed, parsePositions } from './alert-feed.ts'
import { type EventRate, eventRate } from './event-rate.ts'
import { advisedOf } from './reader-lag.ts'

/** What the feed looks at. */
export interface LiveFeedSettings {
  readonly log: EventLog
  readonly wall: ProcessClock
  readonly view: (eventsPerSecond: readonly number[]) => Promise<LiveView>
  /** The group that reads alerts into the table: a new viewer has seen what it has read. */
  readonly alertsGroup: string
  readonly onFault: (error: Error) => void
}

/** What happens now, for everybody who looks; nothing is read while nobody does. */
export interface LiveFeed {
  /** The live view as of now. */
  look(): Promise<LiveView>
  /** Shows somebody the live view each second, and the alerts behind a last id. */
  join(joining: Joining, lastEventId: unknown): void
  stop(): Promise<void>
}

const EVERY_MS = 1_000
/** Who looks away and back finds the last minute complete. */
const LINGER_MS = 60_000
/** Alerts of a partition that a viewer who was away is shown, and one who is new. */
const MOST_MISSED = 1_000
const MOST_NEW = 200

interface Watch {
  readonly rate: EventRate
  poll(): Promise<void>
  follow(viewer: Viewer, lastEventId: unknown): Promise<void>
}

/** One tail of the log for all viewers, and one view a second, encoded once. */
export const liveFeed = (settings: LiveFeedSettings): LiveFeed => {
  const { wall, view, onFault } = settings
  const viewers = audience()
  const stopping = new AbortController()
  /** Those who wait to be shown alerts, with their last ids. */
  const joined = new Map<Viewer, unknown>()
  let lookedAt = Number.NEGATIVE_INFINITY
  let watch: Watch | undefined
  let shown: Frame | undefined
  let polling: Promise<void> | undefined
  let showing: Promise<void> | undefined

  const isWanted = (): boolean => viewers.size() > 0 || performance.now() - lookedAt < LINGER_MS
  const current = () => view(watch?.rate.lastMinute(wall.now()) ?? [])
  const poll = async (): Promise<void> => {
    watch ??= await openWatch(settings)
    await watch.poll()
    for (const [viewer, lastEventId] of joined) follow(watch, viewer, lastEventId)
    joined.clear()
  }
  const follow = (from: Watch, viewer: Viewer, lastEventId: unknown): void => {
    from.follow(viewer, lastEventId).catch((error: Error) => {
      onFault(error)
      viewer.dismiss()
    })
  }
  const show = async (): Promise<void> => {
    if (viewers.size() === 0) return
    shown = frameOf('live', await current())
    viewers.send(shown)
  }
  const lookOn = (): void => {
    lookedAt = performance.now()
    if (stopping.signal.aborted) return
    const turn = { everyMs: EVERY_MS, isWanted, onFault, signal: stopping.signal }
    polling ??= repeatWhile({ ...turn, work: poll }).then(() => {
      polling = watch = undefined
    })
    showing ??= repeatWhile({ ...turn, work: show }).then(() => {
      showing = shown = undefined
    })
  }
  return {
    look: () => {
      lookOn()
      return current()
    },
    join: ({ onLeave, ...joining }, lastEventId) => {
      const leave = (): void => {
        joined.delete(viewer)
        lookedAt = performance.now()
        onLeave?.()
      }
      const viewer = viewers.join({ ...joining, onLeave: leave })
      if (shown !== undefined) viewer.write(shown)
      joined.set(viewer, lastEventId)
      lookOn()
    },
    stop: async () => {
      stopping.abort()
      viewers.stop()
      await Promise.all([polling, showing])
    },
  }
}

const openWatch = async ({ log, wall, alertsGroup }: LiveFeedSettings): Promise<Watch> => {
  const alerts = await openAlertFeed(log)
  const from = await endsOf(log, EVENTS)
  const rate = eventRate(wall.now())
  const events = tailOf({
    log,
    topic: EVENTS,
    from,
    onRecords: (_partition, records) => {
      // Counted by their keys: nothing is parsed.
      const count = records.reduce((sum, { key }) => sum + (key.startsWith('~') ? 0 : 1), 0)
      rate.add(wall.now(), count)
    },
  })
  return {
    rate,
    poll: async () => {
      await events.poll()
      await alerts.poll()
    },
    follow: async (viewer, lastEventId) => {
      const last = parsePositions(lastEventId)
      const positions = last ?? (await advisedOf(log, alertsGroup, ALERTS))
      await alerts.follow(viewer, { positions, atMost: last ? MOST_MISSED : MOST_NEW })
    },
  }
}
