import { HaltError } from './faults.ts'

/** What a processor keeps of a partition beside its states. */
export interface PartitionRecord {
  /** Largest tick read so far; 0 before the first. */
  readonly clock: number
  /** Which run over the log this state belongs to; a rebuild raises it. */
  readonly generation: number
  /** Partitions of the input topic when the state was made: states are bound to it. */
  readonly partitions: number
  /** Numbered producers' high-water marks. */
  readonly producers: Readonly<Record<string, number>>
  /** What was tallied since it was last told; absent where nothing was. */
  readonly tallies?: Readonly<Record<string, number>>
  /** What the processor keeps for all states of the partition; absent until it gave something. */
  readonly shared?: unknown
}

/** The partition record as the store keeps it: JSON. */
export const encodePartitionRecord = (record: PartitionRecord): Uint8Array =>
  Buffer.from(JSON.stringify(record), 'utf8')

const FIELDS: readonly string[] = [
  ...['clock', 'generation', 'partitions', 'producers', 'tallies', 'shared'],
]

/**
 * Throws the halts `EBB_STATE_UNREADABLE` where the bytes are something else, and `EBB_STATE_VERSION`
 * where a newer version wrote what this one does not know: the next commit would drop it.
 */
export const decodePartitionRecord = (bytes: Uint8Array): PartitionRecord => {
  const found = parsed(bytes)
  if (!Number.isSafeInteger(found?.clock) || !Number.isSafeInteger(found?.partitions))
    throw new HaltError('EBB_STATE_UNREADABLE', 'the partition record is not one that Ebb wrote')
  const unknown = Object.keys(found!).find((field) => !FIELDS.includes(field))
  if (unknown === undefined) return found!
  throw new HaltError(
    'EBB_STATE_VERSION',
    `the partition record has "${unknown}", which this version of Ebb does not know; ` +
      'run the one that wrote it, or make the states again with `ebb rebuild`',
  )
}

const parsed = (bytes: Uint8Array): PartitionRecord | undefined => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as PartitionRecord
  } catch {
    return undefined
  }
}
