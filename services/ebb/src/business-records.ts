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
    name: 'PostgreSQL (in the data folder)',
    own: ({ folder }, { durability }) => started(folder, durability),
    use: async ({ folder }) => {
      const url = urlOf(folder)
      return url === undefined ? started(folder, 'power-cut') : { url, close: async () => {} }
    },
  }
}

/** One PostgreSQL that several processes and installations share. */
export const sharedRecords = (url: string): BusinessRecords => {
  const database = { url, close: async () => {} }
  return { name: 'PostgreSQL', own: async () => database, use: async () => database }
}
