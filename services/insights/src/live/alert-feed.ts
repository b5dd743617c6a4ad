import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import type { LogRecord } from '@ebb/streaming/event-log'
import { alertOf, alertView } from '../alerts/alert-view.ts'
import { type Frame, frameOf, type Viewer } from '../stream/sse-audience.ts'
import { endsOf, type LogReader, type Positions, tailOf } from '../stream/topic-tail.ts'
import { readRecord } from '../stream/versioned-record.ts'

/** The alerts as they come, for everybody who looks. */
export interface AlertFeed {
  /** Sends what has come since to all who follow. Rejects as the log does. */
  poll(): Promise<void>
  /**
   * Shows a viewer every alert from a place on, first those that are there and then those that come.
   * Nothing is left out: the place moves on in the log itself, so it holds across restarts.
   */
  follow(viewer: Viewer, from: FollowFrom): Promise<void>
}

/** Where a viewer goes on, and of how many alerts a partition at most. */
export interface FollowFrom {
  readonly positions: Positions
  readonly atMost: number
}

const codec = messageCodec(AlertRecord)
const READ_RECORDS = 200

/** Opens the feed at the end of `ebb.alerts.v1`. */
export const openAlertFeed = async (log: LogReader): Promise<AlertFeed> => {
  const ends = [...(await endsOf(log, ALERTS))]
  const following = new Set<Viewer>()
  const tail = tailOf({
    log,
    topic: ALERTS,
    from: ends,
    onRecords: (partition, records) => {
      for (const record of records) {
        ends[partition] = record.offset + 1
        const frame = alertFrame(record, ends)
        if (frame !== undefined) for (const viewer of following) viewer.write(frame)
      }
    },
  })
  return {
    poll: () => {
      for (const viewer of following) if (viewer.hasLeft()) following.delete(viewer)
      return tail.poll()
    },
    follow: async (viewer, { positions, atMost }) => {
      const mine = ends.map((end, i) => Math.min(end, Math.max(positions[i] ?? end, end - atMost)))
      viewer.write(Buffer.from(`id: ${formatPositions(mine)}\n\n`))
      for (let behind = nextBehind(mine, ends); behind >= 0; behind = nextBehind(mine, ends)) {
        await catchUp(log, { viewer, mine, partition: behind, end: ends[behind]! })
        if (viewer.hasLeft()) return
      }
      // Nothing was awaited since the two were equal: no alert can have come between.
      following.add(viewer)
    },
  }
}

const nextBehind = (mine: Positions, ends: Positions): number =>
  ends.findIndex((end, partition) => mine[partition]! < end)

interface CatchingUp {
  readonly viewer: Viewer
  readonly mine: number[]
  readonly partition: number
  readonly end: number
}

const catchUp = async (
  log: LogReader,
  { viewer, mine, partition, end }: CatchingUp,
): Promise<void> => {
  const slice = await log.read({ topic: ALERTS, partition }, mine[partition]!, READ_RECORDS)
  const records = slice.records.filter(({ offset }) => offset < end)
  for (const record of records) {
    mine[partition] = record.offset + 1
    const frame = alertFrame(record, mine)
    if (frame !== undefined) viewer.write(frame)
  }
  if (records.length === 0) mine[partition] = end
  await viewer.drained()
}

const alertFrame = (record: LogRecord, behind: Positions): Frame | undefined => {
  const seen = readRecord(record, codec, () => {})
  return seen && frameOf('alert', alertView(alertOf(seen.message)), formatPositions(behind))
}

const formatPositions = (positions: Positions): string => positions.join('.')

/** The places that an id of the stream names; `undefined` for what is none. */
export const parsePositions = (id: unknown): Positions | undefined => {
  if (typeof id !== 'string' || !/^\d{1,15}(\.\d{1,15})*$/.test(id)) return undefined
  return id.split('.').map(Number)
}
