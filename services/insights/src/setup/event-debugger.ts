import type { DebuggedEvent } from '@ebb/contracts/dashboard-api'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { LogRecord } from '@ebb/streaming/event-log'
import { repeatWhile } from '../stream/repeat-while.ts'
import { audience, type Frame, frameOf, type Joining, type Viewer } from '../stream/sse-audience.ts'
import { endsOf, type LogReader, tailOf } from '../stream/topic-tail.ts'
import { acceptedEvent, refusedEvent } from './debugged-event.ts'
import { lastOfSources } from './last-of-sources.ts'

/** Shows the events of a source as they arrive; nothing is read or parsed while nobody looks. */
export interface EventDebugger {
  /** Of all sources where none is named. The last ones come first. */
  join(joining: Joining, source: string | undefined): void
  stop(): Promise<void>
}

const EVERY_MS = 500
/** Records a partition that are looked at for what was sent before somebody looked. */
const LOOK_BACK = 100
/** A person reads no more in a turn; those left out are the older ones. */
const MOST_A_TURN = 50

/** One event, encoded once for all who are shown it. */
interface Arrival {
  readonly event: DebuggedEvent
  readonly frame: () => Frame
}

/** The debugger on a log. */
export const eventDebugger = (log: LogReader, onFault: (error: Error) => void): EventDebugger => {
  const viewers = audience()
  const stopping = new AbortController()
  const sources = new Map<Viewer, string | undefined>()
  const last = lastOfSources<Arrival>(({ event }) => event)
  let arrived: Arrival[] = []
  let tails: readonly (() => Promise<void>)[] | undefined
  let loop: Promise<void> | undefined

  const onRecords =
    (read: (record: LogRecord) => DebuggedEvent | undefined) =>
    (_partition: number, records: readonly LogRecord[]): void => {
      arrived.push(...records.flatMap((record) => arrivalOf(read(record))))
    }
  const open = async () =>
    Promise.all([
      tailBack(log, EVENTS, onRecords(acceptedEvent)),
      tailBack(log, REJECTS, onRecords(refusedEvent)),
    ])
  const turn = async (): Promise<void> => {
    tails ??= await open()
    for (const poll of tails) await poll()
    const all = arrived.sort(
      (left, right) => Date.parse(left.event.at) - Date.parse(right.event.at),
    )
    arrived = []
    last.add(all)
    for (const [viewer, source] of sources)
      show(
        viewer,
        all.filter(({ event }) => source === undefined || event.source === source),
      )
  }
  const forget = (): void => {
    loop = tails = undefined
    arrived = []
    last.clear()
  }
  return {
    join: (joining, source) => {
      const viewer = viewers.join({ ...joining, onLeave: () => sources.delete(viewer) })
      show(viewer, last.of(source))
      sources.set(viewer, source)
      const isWanted = () => sources.size > 0
      const signal = stopping.signal
      loop ??= repeatWhile({ everyMs: EVERY_MS, isWanted, work: turn, onFault, signal }).then(
        forget,
      )
    },
    stop: async () => {
      stopping.abort()
      viewers.stop()
      await loop
    },
  }
}

const show = (viewer: Viewer, arrivals: readonly Arrival[]): void => {
  for (const { frame } of arrivals.slice(-MOST_A_TURN)) viewer.write(frame())
}

const arrivalOf = (event: DebuggedEvent | undefined): Arrival[] => {
  if (event === undefined) return []
  let frame: Frame | undefined
  return [
    {
      event,
      frame: () => {
        frame ??= frameOf('event', event)
        return frame
      },
    },
  ]
}

const tailBack = async (
  log: LogReader,
  topic: string,
  onRecords: (partition: number, records: readonly LogRecord[]) => void,
): Promise<() => Promise<void>> => {
  const ends = await endsOf(log, topic)
  const from = ends.map((end) => Math.max(0, end - LOOK_BACK))
  return tailOf({ log, topic, from, onRecords }).poll
}
