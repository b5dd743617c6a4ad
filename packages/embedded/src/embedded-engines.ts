import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { type DataFolder, takeDataFolder } from './data-folder.ts'
import type { Durability } from './sqlite-database.ts'
import { openSqliteEventLog, type ReadableLog, readSqliteEventLog } from './sqlite-event-log.ts'
import {
  type OpenPartitionStore,
  openSqlitePartitionStore,
  type ReadableStore,
  readSqlitePartitionStore,
} from './sqlite-partition-store.ts'

/** How the engines of a data folder are opened. */
export interface EmbeddedSettings {
  /** Names the owner to another process that tries the folder. */
  readonly what: string
  readonly topics: readonly { readonly name: string; readonly partitions: number }[]
  /** Stamps `appendedAt`. */
  readonly now: () => number
  readonly durability: Durability
}

/** The engines of a data folder that this process owns. */
export interface EmbeddedEngines {
  readonly log: EventLog
  /** The store of a processor; the same one for the same name. */
  store(processor: string): PartitionStore
  /** Closes all and lets another process have the folder. */
  close(): Promise<void>
}

/** The engines of a data folder to look at, whoever owns it. */
export interface EmbeddedReaders {
  readonly log: Omit<ReadableLog, 'close'>
  /** `undefined` where that processor never ran on this folder. */
  store(processor: string): Pick<ReadableStore, 'read' | 'scan'> | undefined
  close(): void
}

const LOG_FILE = 'log.db'
const storeFile = (processor: string): string => `${processor}.db`

/**
 * Takes a data folder and opens its engines: one SQLite file for the log, one for each processor's
 * states. Throws `EBB_DATA_IN_USE`, `EBB_DATA_UNUSABLE` or `EBB_TOPIC_PARTITIONS`.
 */
export const openEmbeddedEngines = (path: string, settings: EmbeddedSettings): EmbeddedEngines => {
  const folder = takeDataFolder(path, settings.what)
  const stores = new Map<string, OpenPartitionStore>()
  const log = orRelease(folder, () =>
    openSqliteEventLog({ ...settings, file: folder.file(LOG_FILE) }),
  )
  return {
    log,
    store: (processor) => {
      const known = stores.get(processor)
      if (known !== undefined) return known
      const opened = openSqlitePartitionStore(
        folder.file(storeFile(processor)),
        settings.durability,
      )
      stores.set(processor, opened)
      return opened
    },
    close: async () => {
      await log.close()
      for (const store of stores.values()) store.close()
      folder.release()
    },
  }
}

const orRelease = <T>(folder: DataFolder, open: () => T): T => {
  try {
    return open()
  } catch (error) {
    folder.release()
    throw error
  }
}

/** Looks into a data folder; `undefined` where there is no log in it. */
export const readEmbeddedEngines = (path: string): EmbeddedReaders | undefined => {
  if (!existsSync(join(path, LOG_FILE))) return undefined
  const log = readSqliteEventLog(join(path, LOG_FILE))
  const stores = new Map<string, ReadableStore>()
  return {
    log,
    store: (processor) => {
      const file = join(path, storeFile(processor))
      const store = stores.get(processor) ?? (existsSync(file) && readSqlitePartitionStore(file))
      if (!store) return undefined
      stores.set(processor, store)
      return store
    },
    close: () => {
      log.close()
      for (const store of stores.values()) store.close()
    },
  }
}
