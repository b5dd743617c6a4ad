import { rmSync } from 'node:fs'
import {
  createSegment,
  cutSegment,
  type OpenSegment,
  type Segment,
  writeFrames,
} from './spool-segments.ts'

/** The writing end of a queue of segments. One call at a time: the caller sees to that. */
export interface SegmentWriter {
  /** Adds frames durably to the last segment. Where it throws, none of them is in the queue. */
  write(frames: readonly Buffer[]): Promise<void>
  /** Adds nothing more to the segment that is being written, if it is this one or any. */
  seal(segment?: Segment): Promise<void>
}

/** Writes behind `segments`, and keeps that list; begins a file where one has `segmentBytes`. */
export const segmentWriter = (
  folder: string,
  segments: Segment[],
  segmentBytes: number,
): SegmentWriter => {
  let nextRecord = endOf(segments)
  let active: OpenSegment | undefined
  const begin = async () => {
    const segment = await createSegment(folder, nextRecord)
    segments.push(segment)
    return segment
  }
  const abandon = async (segment: OpenSegment) => {
    active = undefined
    await cutSegment(segment)
    if (segment.records > 0) return
    segments.pop()
    rmSync(segment.path, { force: true })
  }
  const seal = async (segment: Segment | undefined = active) => {
    if (active === undefined || segment !== active) return
    const { file } = active
    active = undefined
    // All of it is durable: nothing can be lost here.
    await file.close().catch(() => undefined)
  }
  const write = async (frames: readonly Buffer[]) => {
    active ??= await begin()
    try {
      await writeFrames(active, frames)
    } catch (error) {
      // After a failed fdatasync nobody knows what a later one would cover: go on in a new file.
      await abandon(active)
      throw error
    }
    nextRecord += frames.length
    if (active.bytes >= segmentBytes) await seal()
  }
  return { write, seal }
}

/** The number of the record behind the last segment. */
const endOf = (segments: readonly Segment[]): number => {
  const last = segments.at(-1)
  return last === undefined ? 0 : last.first + last.records
}
