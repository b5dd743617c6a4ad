import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type {
  EngineSettings,
  Engines,
  ExaminedEngines,
  OwnedEngines,
  ReadEngines,
} from '@ebb/streaming/engines'
import { type DataFolder, refuseProduction, takeDataFolder } from './data-folder.ts'
import { openSqliteEventLog, readSqliteEventLog } from './sqlite-event-log.ts'
import {
  type OpenPartitionStore,
  openSqlitePartitionStore,
  type ReadableStore,
  readSqlitePartitionStore,
} from './sqlite-partition-store.ts'

/** Engines inside the process that owns a data folder; others may look on beside it. */
export const embeddedEngines: Engines = {
  names: { log: 'SQLite (node:sqlite)', store: 'SQLite (node:sqlite)' },
  own: async ({ folder }, settings) => openEmbeddedEngines(folder, settings),
  look: async ({ folder }) => readEmbeddedEngines(folder),
  examine: async ({ folder }) => readEmbeddedEngines(folder),
  forget: async ({ folder }) => forgetEmbeddedEngines(folder),
}

/** The same, but nobody owns them in production by accident: see `refuseProduction`. */
export const guardedEngines = (nodeEnv: string, allowed: boolean): Engines => ({
  ...embeddedEngines,
  own: async (place, settings) => {
    refuseProduction(nodeEnv, allowed)
    return embeddedEngines.own(place, settings)
  },
})

const LOG_FILE = 'log.db'
const storeFile = (processor: string): string => `${processor}.db`

/**
 * Takes a data folder and opens its engines: one SQLite file for the log, one for each processor's
 * states. Throws `EBB_DATA_IN_USE` or `EBB_DATA_UNUSABLE`.
 */
export const openEmbeddedEngines = (path: string, settings: EngineSettings): OwnedEngines => {
  const folder = takeDataFolder(path, settings.what)
  const stores = new Map<string, OpenPartitionStore>()
  const log = orRelease(folder, () =>
    openSqliteEventLog({ ...settings, file: folder.file(LOG_FILE) }),
  )
  return {
    log,
    makeTopics: async (topics) => log.makeTopics(topics),
    remove: async (unused) => {
      log.removeTopics(unused.topics)
      for (const name of unused.stores) {
        stores.get(name)?.close()
        stores.delete(name)
        for (const part of ['', '-wal', '-shm'])
          rmSync(folder.file(`${storeFile(name)}${part}`), { force: true })
      }
    },
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
export const readEmbeddedEngines = (path: string): (ReadEngines & ExaminedEngines) | undefined => {
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
    report: async () => ({ product: 'SQLite', version: process.versions['sqlite']!, advice: [] }),
    close: async () => {
      log.close()
      for (const store of stores.values()) store.close()
    },
  }
}

/** Removes a data folder. Throws `EBB_DATA_IN_USE` where another process owns it. */
const forgetEmbeddedEngines = (path: string): void => {
  // Owned first, so that a folder in use is not taken away from under its process.
  takeDataFolder(path, 'removing it').release()
  rmSync(path, { recursive: true, force: true })
}
