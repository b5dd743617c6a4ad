import { eventRecord } from '@ebb/collector/log-records'
import { customerKey } from '@ebb/contracts/canonical-event'
import type { Installation } from '@ebb/contracts/installation'
import { EVENTS } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import type { Engines, Place } from '@ebb/streaming/engines'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionOf } from '@ebb/streaming/partitioner'
import { ownedInGeneration } from '../installation.ts'
import { type KnownNumber, numberedSender } from '../replay/numbered-sender.ts'
import type { ResumableWork } from '../resumable-work.ts'
import type { ProfileFile } from './read-profiles.ts'

/** An import as it was asked for. */
export interface ImportRequest extends ResumableWork<ImportProgress> {
  readonly place: Place
  /** What was begun there. */
  readonly installation: Installation
  readonly file: ProfileFile
  /** The process clock. */
  readonly now: () => number
}

/** Rows that are sent, of all that can be. */
export interface ImportProgress {
  readonly sent: number
  readonly rows: number
}

/** How often it looks whether it is interrupted, in rows. */
const LOOK_EVERY = 1_000

/**
 * Appends the `identify` events of a file to `ebb.events.v1`, leaving out what an earlier run of the
 * same file sent. Resolves to how many were appended now, to `undefined` where it was interrupted.
 * Throws `EBB_DATA_IN_USE` where embedded engines have another owner.
 */
export const runImport = async (
  engines: Engines,
  { place, installation, file, now, interrupted, onProgress }: ImportRequest,
): Promise<number | undefined> => {
  const owned = await engines.own(place, { what: 'ebb import', now, durability: 'power-cut' })
  try {
    const { generation, partitions } = installation
    const { log, store } = ownedInGeneration(owned, generation)
    const sender = await numberedSender(log, {
      ...{ topic: EVENTS, producer: file.name },
      known: (partition) => knownNumber(store(FEATURES_PROCESSOR), partition, file.name),
    })
    const { events } = file
    for (const [index, event] of events.entries()) {
      if (index % LOOK_EVERY === 0) {
        onProgress({ sent: index, rows: events.length })
        if (interrupted.aborted) return undefined
      }
      await sender.send(partitionOf(customerKey(event.customer), partitions), eventRecord(event))
    }
    await sender.flush()
    return sender.sent()
  } finally {
    await owned.close()
  }
}

/** Features keeps the last number that it read of each producer, with the offset it stands at. */
const knownNumber = async (
  store: Pick<PartitionStore, 'read'>,
  partition: number,
  producer: string,
): Promise<KnownNumber> => {
  const { position } = await store.read(partition, [])
  if (position === undefined) return { offset: 0, sequence: 0 }
  const { producers } = decodePartitionRecord(position.record)
  return { offset: position.offset, sequence: producers[producer] ?? 0 }
}
