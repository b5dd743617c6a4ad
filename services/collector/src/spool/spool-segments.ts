import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@ebb/runtime/coded-error'
import { type DecodedFrames, decodeFrames } from './spool-frame.ts'

/** One file of the spool. Its name is the number of its first record, counted from 0. */
export interface Segment {
  readonly path: string
  readonly first: number
  /** Durable frames. What may stand behind them was never acknowledged. */
  records: number
  /** Length of the file as far as it counts against the limit. */
  bytes: number
}

/** A segment that is being written. */
export interface OpenSegment extends Segment {
  readonly file: FileHandle
}

const SUFFIX = '.spool'
const DIGITS = 16
const NAME = /^\d{16}\.spool$/
/** Frames that this version cannot read have to come under another suffix: `.spool2`, and so on. */
const NEWER_NAME = /^\d{16}\.spool\d+$/
/** What is spooled is read by nobody else: it holds events as they came. */
const OWNER_ONLY = 0o600

const pathOf = (folder: string, first: number): string =>
  join(folder, `${String(first).padStart(DIGITS, '0')}${SUFFIX}`)

/** Makes the folder of the spool, for its owner alone, where it is missing. */
export const makeSpoolFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/**
 * The segments that an earlier process left, oldest first. How many records a segment holds is told
 * by the name of the next one; the last one is counted, its torn end cut, and made durable. What is
 * cut is told to `onCut`, and kept beside it: it may be the rest of a write that nobody had an answer
 * to, or damage. Throws `EBB_SPOOL_NEWER`.
 */
export const recoverSegments = async (
  folder: string,
  onCut: (aside: string, bytes: number) => void,
): Promise<Segment[]> => {
  const names = readdirSync(folder)
  const newer = names.find((name) => NEWER_NAME.test(name))
  if (newer !== undefined) throw spoolNewer(join(folder, newer))
  const firsts = names
    .filter((name) => NAME.test(name))
    .map((name) => Number(name.slice(0, DIGITS)))
    .sort((a, b) => a - b)
  const last = firsts.pop()
  if (last === undefined) return []
  const sealed = firsts.map((first, i) => sealedSegment(folder, first, firsts[i + 1] ?? last))
  const counted = await countedSegment(pathOf(folder, last), last, onCut)
  return [...sealed, counted].filter(isWanted)
}

const spoolNewer = (path: string): CodedError =>
  new CodedError('EBB_SPOOL_NEWER', {
    what: 'A newer version of Ebb has left accepted events in this spool',
    where: path,
    fix: 'Run the collector of that version until nothing waits, then start this one',
  })

const sealedSegment = (folder: string, first: number, next: number): Segment => {
  const path = pathOf(folder, first)
  return { path, first, records: next - first, bytes: statSync(path).size }
}

const countedSegment = async (
  path: string,
  first: number,
  onCut: (aside: string, bytes: number) => void,
): Promise<Segment> => {
  const found = readFileSync(path)
  const { records, bytes } = decodeFrames(found)
  if (bytes < found.length) {
    const aside = asideOf(path)
    writeFileSync(aside, found.subarray(bytes), { mode: OWNER_ONLY, flush: true })
    onCut(aside, found.length - bytes)
  }
  const file = await open(path, 'r+')
  try {
    await file.truncate(bytes)
    // The frames of a killed process are whole, but perhaps not on the disk yet.
    await file.datasync()
  } finally {
    await file.close()
  }
  return { path, first, records: records.length, bytes }
}

const isWanted = ({ path, records }: Segment): boolean => {
  if (records === 0) rmSync(path, { force: true })
  return records > 0
}

/** Begins a segment with this record; its name is durable when it resolves. */
export const createSegment = async (folder: string, first: number): Promise<OpenSegment> => {
  const path = pathOf(folder, first)
  // What a failed write left under this name was never acknowledged.
  const file = await open(path, 'w', OWNER_ONLY)
  try {
    await syncFolder(folder)
  } catch (error) {
    await file.close()
    throw error
  }
  return { path, first, file, records: 0, bytes: 0 }
}

const syncFolder = async (folder: string): Promise<void> => {
  // Windows neither lets a folder be opened nor needs it.
  if (process.platform === 'win32') return
  const file = await open(folder, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Durably adds frames to a segment. Where it throws, any part of them may stand in the file. */
export const writeFrames = async (
  segment: OpenSegment,
  frames: readonly Buffer[],
): Promise<void> => {
  const bytes = Buffer.concat(frames)
  await segment.file.appendFile(bytes)
  await segment.file.datasync()
  segment.records += frames.length
  segment.bytes += bytes.length
}

/**
 * Closes a segment whose last write failed, and gives back the space of what that left in it. The
 * disk may refuse even this; nothing reads behind the durable frames.
 */
export const cutSegment = async ({ file, bytes }: OpenSegment): Promise<void> => {
  await file.truncate(bytes).catch(() => undefined)
  await file.close().catch(() => undefined)
}

const asideOf = (path: string): string => `${path}.${randomUUID()}.damaged`

/** Takes a segment out of the queue without losing what it holds. Returns where it lies now. */
export const setSegmentAside = ({ path }: Segment): string => {
  const aside = asideOf(path)
  renameSync(path, aside)
  return aside
}

/** Throws where the disk does not take as many bytes more. */
export const probeFolder = async (folder: string, bytes: number): Promise<void> => {
  const path = join(folder, 'probe')
  try {
    const file = await open(path, 'w', OWNER_ONLY)
    try {
      await file.appendFile(Buffer.alloc(bytes))
      await file.datasync()
    } finally {
      await file.close()
    }
  } finally {
    rmSync(path, { force: true })
  }
}

const CHUNK_BYTES = 1_024 * 1_024

/**
 * About 1 MB of frames from an offset on, at most `limit` of them, and at least one: where there is
 * none, the segment is damaged.
 */
export const readFrames = async (
  { path, bytes }: Segment,
  offset: number,
  limit: number,
): Promise<DecodedFrames> => {
  const file = await open(path, 'r')
  try {
    const left = bytes - offset
    const chunk = decodeFrames(await readBytes(file, offset, Math.min(left, CHUNK_BYTES)), limit)
    if (chunk.records.length > 0) return chunk
    return decodeFrames(await readBytes(file, offset, left), limit)
  } finally {
    await file.close()
  }
}

const readBytes = async (file: FileHandle, at: number, length: number): Promise<Buffer> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}
