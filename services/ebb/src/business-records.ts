import { setTimeout } from 'node:timers/promises'
import type { EngineSettings, Place } from '@ebb/streaming/engines'

/** A PostgreSQL database, for as long as somebody uses it. */
export interface RecordsDatabase {
  readonly url: string
  close(): Promise<void>
}

/** Where the business records of installations are. */
export interface BusinessRecords {
  /** What it is, for people. */
  readonly name: string
  /** The database of a place that this process owns. */
  own(place: Place, settings: Pick<EngineSettings, 'durability'>): Promise<RecordsDatabase>
  /** The same for whoever steers or looks beside the owner, or while there is none. */
  use(place: Place): Promise<RecordsDatabase>
  /** Its address, for whoever looks; `undefined` where it runs only with an owner, and none is there. */
  find(place: Place): string | undefined
}

/** Starts and finds the PostgreSQL server of a data folder. */
export interface PostgresServers {
  start(settings: {
    readonly folder: string
    readonly durability: EngineSettings['durability']
  }): Promise<{ readonly url: string; stop(): Promise<void> }>
  /** Of a server that another process runs. */
  urlOf(folder: string): string | undefined
}

const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 100

/** A real PostgreSQL in each data folder, started by its owner. */
export const embeddedRecords = ({ start, urlOf }: PostgresServers): BusinessRecords => {
  const started = async (
    folder: string,
    durability: EngineSettings['durability'],
  ): Promise<RecordsDatabase> => {
    const { url, stop } = await start({ folder, durability })
    return { url, close: stop }
  }
  return {
    name: 'PostgreSQL',
    own: ({ folder }, { durability }) => started(folder, durability),
    find: ({ folder }) => urlOf(folder),
    use: async ({ folder }) => {
      const giveUpAt = performance.now() + PATIENCE_MS
      for (;;) {
        const url = urlOf(folder)
        if (url !== undefined) return { url, close: async () => {} }
        try {
          return await started(folder, 'power-cut')
        } catch (error) {
          // Somebody else starts it, or ends it, at this very moment.
          const isTaken = (error as { code?: unknown }).code === 'EBB_DATA_IN_USE'
          if (!isTaken || performance.now() > giveUpAt) throw error
          await setTimeout(LOOK_EVERY_MS)
        }
      }
    },
  }
}

/** One PostgreSQL that several processes and installations share. */
export const sharedRecords = (url: string): BusinessRecords => {
  const database = { url, close: async () => {} }
  return {
    name: 'PostgreSQL',
    own: async () => database,
    use: async () => database,
    find: () => url,
  }
}
