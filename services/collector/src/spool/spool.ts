import { CodedError } from '@ebb/runtime/coded-error'
import type { Logger } from '@ebb/runtime/logger'
import { groupCommit, takingTurns } from './group-commit.ts'
import { openSegmentQueue } from './segment-queue.ts'
import { spoolUnusable, takeSpoolFolder } from './spool-folder.ts'
import { encodeFrame, type SpooledRecord } from './spool-frame.ts'
import { spoolRoom } from './spool-room.ts'

/** Where a spool stands, and how much it may hold. */
export interface SpoolSettings {
  /** One process owns it; made where it is missing. */
  readonly folder: string
  /** Of the files on disk, in bytes. */
  readonly limitBytes: number
}

/**
 * A queue of records on disk. Many callers may append, one takes away. What was appended survives
 * the process; of what was taken away, the last segment (8 MB) may come again after a restart.
 */
export interface Spool {
  /**
   * Resolves when the records are on the disk, behind those of earlier calls. Throws
   * `EBB_SPOOL_FULL` (503) above the limit, and where the disk does not take them.
   */
  append(records: readonly SpooledRecord[]): Promise<void>
  /**
   * The oldest records, about 1 MB of them; they stay. Waits for those that are being written;
   * none where that failed.
   */
  next(): Promise<readonly SpooledRecord[]>
  /** Takes away what `next` last resolved to. */
  remove(): Promise<void>
  /** Records that are in it or on their way to the disk. */
  waiting(): number
  /** Size of its files. */
  bytes(): number
  /** Throws `EBB_SPOOL_FULL` while there is no room for what was last refused. */
  check(): Promise<void>
  /** Writes what was appended, and gives the folder back. What waits stays for the next start. */
  close(): Promise<void>
}

const LARGEST_SEGMENT = 8 * 1_024 * 1_024
/** A segment gives its space back when all of it is drained: there have to be several. */
const SEGMENTS = 8

/** Opens a spool with what waits in it. Throws `EBB_SPOOL_IN_USE`, `EBB_SPOOL_NEWER`, `EBB_SPOOL_UNUSABLE`. */
export const openSpool = async (
  { folder, limitBytes }: SpoolSettings,
  logger: Logger,
): Promise<Spool> => {
  const giveBack = await takeSpoolFolder(folder)
  const queue = await openSegmentQueue(folder, {
    segmentBytes: Math.min(LARGEST_SEGMENT, limitBytes / SEGMENTS),
    onDamage: (aside, records) => {
      logger.error({ err: damaged(aside, records) }, 'the spool goes on without them')
    },
    onCut: (aside, bytes) =>
      logger.warn({ aside, bytes }, 'the end of the spool was not whole, and is put aside'),
  }).catch((error: Error) => {
    giveBack()
    throw error instanceof CodedError ? error : spoolUnusable(folder, error)
  })
  const inTurn = takingTurns()
  const group = groupCommit(queue.write, inTurn)
  const room = spoolRoom({ folder, limitBytes, heldBytes: queue.bytes })
  return {
    append: async (records) => {
      if (records.length === 0) return
      const frames = records.map(encodeFrame)
      await room.fill(frames, () => group.add(frames))
    },
    next: async () => {
      if (queue.records() === 0) await group.settled()
      return inTurn(queue.head)
    },
    remove: () => inTurn(queue.shift),
    waiting: () => queue.records() + room.pending(),
    bytes: queue.bytes,
    check: room.check,
    close: async () => {
      await group.settled()
      await inTurn(queue.seal)
      giveBack()
    },
  }
}

const damaged = (aside: string, records: number): CodedError =>
  new CodedError('EBB_SPOOL_DAMAGED', {
    what: `${records} accepted events of the spool cannot be read`,
    where: aside,
    fix: 'Check the disk; keep the file, it holds what is left of them',
  })
