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
}

/** The partition record as the store keeps it: JSON. */
export const encodePartitionRecord = (record: PartitionRecord): Uint8Array =>
  Buffer.from(JSON.stringify(record), 'utf8')

/** Throws a `HaltError` `EBB_STATE_UNREADABLE` where the bytes are something else. */
export const decodePartitionRecord = (bytes: Uint8Array): PartitionRecord => {
  try {
    const found = JSON.parse(Buffer.from(bytes).toString('utf8')) as PartitionRecord
    if (Number.isSafeInteger(found.clock) && Number.isSafeInteger(found.partitions)) return found
  } catch {
    // Falls through to the halt: JSON or not, it is not ours.
  }
  throw new HaltError('EBB_STATE_UNREADABLE', 'the partition record is not one that Ebb wrote')
}
