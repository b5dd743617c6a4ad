import { rmSync } from 'node:fs'
import { type SegmentWriter, segmentWriter } from './segment-writer.ts'
import type { SpooledRecord } from './spool-frame.ts'
import { readFrames, recoverSegments, type Segment, setSegmentAside } from './spool-segments.ts'

/** The segments of a folder as one queue. One call at a time: the caller sees to that. */
export interface SegmentQueue extends SegmentWriter {
  /** The oldest records, about 1 MB of them; none where the queue is empty. */
  head(): Promise<readonly SpooledRecord[]>
  /** Takes away what `head` last resolved to, and the files that hold nothing else. */
  shift(): Promise<void>
  /** Length of the files. */
  bytes(): number
  /** Records that were not taken away. */
  records(): number
}

/** How a queue cuts its files, and who hears of one that cannot be read. */
export interface SegmentQueueSettings {
  /** A file that has reached this length is not added to. */
  readonly segmentBytes: number
  /** `records` of a file could not be read; it was left under the name `aside`. */
  readonly onDamage: (aside: string, records: number) => void
  /** So many bytes stood behind the last whole record of the queue; they are left under that name. */
  readonly onCut: (aside: string, bytes: number) => void
}

/** How much of the oldest segment. */
interface Progress {
  readonly records: number
  readonly bytes: number
}

const NONE: Progress = { records: 0, bytes: 0 }

/** Opens the queue that an earlier process left in a folder. */
export const openSegmentQueue = async (
  folder: string,
  { segmentBytes, onDamage, onCut }: SegmentQueueSettings,
): Promise<SegmentQueue> => {
  const segments = await recoverSegments(folder, onCut)
  const { write, seal } = segmentWriter(folder, segments, segmentBytes)
  let taken = NONE
  let handed = NONE

  const drop = async (segment: Segment) => {
    await seal(segment)
    segments.shift()
    taken = NONE
    handed = NONE
  }
  const head = async (): Promise<readonly SpooledRecord[]> => {
    const [oldest] = segments
    if (oldest === undefined) return []
    const left = oldest.records - taken.records
    const { records, bytes } = await readFrames(oldest, taken.bytes, left)
    handed = { records: records.length, bytes }
    if (records.length > 0) return records
    await drop(oldest)
    onDamage(setSegmentAside(oldest), left)
    return head()
  }
  const shift = async () => {
    const [oldest] = segments
    if (oldest === undefined) return
    taken = { records: taken.records + handed.records, bytes: taken.bytes + handed.bytes }
    handed = NONE
    if (taken.records < oldest.records) return
    await drop(oldest)
    rmSync(oldest.path, { force: true })
  }
  return {
    write,
    seal,
    head,
    shift,
    bytes: () => segments.reduce((sum, { bytes }) => sum + bytes, 0),
    records: () => segments.reduce((sum, { records }) => sum + records, 0) - taken.records,
  }
}
