import type { EventLog } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'

/** How an owner opens the engines of a data folder. */
export interface EngineSettings {
  /** Names the owner to another process that tries the folder. */
  readonly what: string
  readonly topics: readonly { readonly name: string; readonly partitions: number }[]
  /** The process clock: stamps records as they are appended. */
  readonly now: () => number
  /** What must survive: a killed process, or a power cut too (one fsync more a write). */
  readonly durability: 'killed-process' | 'power-cut'
}

/** Engines that this process owns. */
export interface OwnedEngines {
  readonly log: EventLog
  store(processor: string): PartitionStore
  close(): Promise<void>
}

/** Engines to look at, whoever owns them. */
export interface ReadEngines {
  readonly log: Pick<EventLog, 'partitions' | 'read'>
  /** `undefined` where that processor never ran. */
  store(processor: string): Pick<PartitionStore, 'read' | 'scan'> | undefined
  close(): void
}

/** The engines that `main.ts` wires; commands know no others. */
export interface Engines {
  /** What they are, for people: `event log` → `SQLite (node:sqlite)` … */
  readonly names: Readonly<Record<'log' | 'store', string>>
  /** Throws `EBB_DATA_IN_USE` where another process owns the folder. */
  own(folder: string, settings: EngineSettings): OwnedEngines
  /** `undefined` where there is nothing in the folder. */
  look(folder: string): ReadEngines | undefined
}
