import { CodedError } from '@ebb/runtime/coded-error'
import { probeFolder } from './spool-segments.ts'

/** What a spool may hold, and what is on its way into it. */
export interface SpoolRoom {
  /**
   * Runs `write` where the frames keep within the limit. Throws `EBB_SPOOL_FULL` where they do
   * not, and where `write` throws.
   */
  fill(frames: readonly Buffer[], write: () => Promise<void>): Promise<void>
  /** Frames that are being written. */
  pending(): number
  /** Throws `EBB_SPOOL_FULL` while there is no room for what was last refused. */
  check(): Promise<void>
}

/** Where the room is, and how much of it is taken. */
export interface SpoolRoomSettings {
  readonly folder: string
  readonly limitBytes: number
  /** Length of the files. */
  readonly heldBytes: () => number
}

/** There is room again for a while where so much fits in, however much was refused. */
const ENOUGH_BYTES = 1_024 * 1_024

/** The room of a spool in its folder. */
export const spoolRoom = ({ folder, limitBytes, heldBytes }: SpoolRoomSettings): SpoolRoom => {
  let pendingBytes = 0
  let pendingFrames = 0
  let neededBytes = 0
  const requireRoom = (bytes: number) => {
    if (heldBytes() + pendingBytes + bytes > limitBytes) throw full('it holds all that it may')
  }
  const remember = (bytes: number) => (error: unknown) => {
    neededBytes = Math.min(bytes, ENOUGH_BYTES)
    throw error instanceof CodedError ? error : full(diskFault(error), error)
  }
  const write = async (frames: readonly Buffer[], bytes: number, work: () => Promise<void>) => {
    requireRoom(bytes)
    pendingBytes += bytes
    pendingFrames += frames.length
    try {
      await work()
    } finally {
      pendingBytes -= bytes
      pendingFrames -= frames.length
    }
  }
  return {
    fill: (frames, work) => {
      const bytes = frames.reduce((sum, { length }) => sum + length, 0)
      return write(frames, bytes, work).catch(remember(bytes))
    },
    pending: () => pendingFrames,
    check: async () => {
      if (neededBytes === 0) return
      requireRoom(neededBytes)
      await probeFolder(folder, neededBytes).catch(remember(neededBytes))
      neededBytes = 0
    },
  }
}

/** The code alone: the message may name a path, and the sender hears this. */
const diskFault = (error: unknown): string => {
  const { code = 'unknown fault' } = error as NodeJS.ErrnoException
  return `its disk does not take them (${code})`
}

const full = (why: string, cause?: unknown): CodedError =>
  new CodedError(
    'EBB_SPOOL_FULL',
    {
      what: `The event log is away, and the spool takes no more events: ${why}`,
      fix: 'Send the request again, with the same ids',
    },
    { cause, status: 503 },
  )
