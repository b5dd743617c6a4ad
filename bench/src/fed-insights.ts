import { fork } from 'node:child_process'
import { on } from 'node:events'
import type { Setting } from './benchmark.ts'
import { STANDARD_ERROR, serviceProcess } from './service-process.ts'

/** What the process of insights is told, each once it has answered the one before. */
export type ToInsights =
  /** Makes what a round appends. */
  | { readonly say: 'prepare'; readonly round: number; readonly seconds: number }
  /** Appends it, at its pace. */
  | { readonly say: 'feed' }

/** What it says. */
export type FromInsights =
  | { readonly say: 'up'; readonly url: string; readonly key: string }
  | { readonly say: 'prepared'; readonly alertIds: readonly string[] }
  | { readonly say: 'fed'; readonly events: number }

/** Where that process runs. */
export interface InsightsPlace {
  readonly postgresUrl: string
  /** Empty, and its alone. */
  readonly folder: string
  readonly schema: string
  readonly customers: number
}

/** Insights in a process of its own, in which its log is fed. */
export interface FedInsights {
  readonly pid: number
  readonly url: string
  /** Of a person who may look. */
  readonly key: string
  /** Resolves to the ids of the alerts that the round will tell. */
  prepare(round: number, seconds: number): Promise<readonly string[]>
  /** Resolves when all is appended, to the number of events. */
  feed(): Promise<number>
  stop(): Promise<void>
}

const PROGRAM = new URL('./insights-process.ts', import.meta.url)

/** Starts insights on an empty log, with customers in its tables already. */
export const startFedInsights = async (
  { engines, folder, scale }: Setting,
  schema: string,
): Promise<FedInsights> => {
  const place: InsightsPlace = {
    postgresUrl: engines.postgres!.url,
    ...{ folder, schema, customers: scale.events },
  }
  const child = fork(PROGRAM, [JSON.stringify(place)], {
    stdio: ['ignore', STANDARD_ERROR, STANDARD_ERROR, 'ipc'],
  })
  const { pid, stop } = serviceProcess(child)
  const messages = on(child, 'message', { close: ['exit'] })
  const hear = async <Say extends FromInsights['say']>(
    say: Say,
  ): Promise<Extract<FromInsights, { say: Say }>> => {
    const { value, done } = await messages.next()
    if (done || value[0].say !== say) throw new Error(`Insights ended before "${say}"`)
    return value[0]
  }
  const tell = (message: ToInsights): void => void child.send(message)
  const { url, key } = await hear('up')
  return {
    ...{ pid, url, key, stop },
    prepare: async (round, seconds) => {
      tell({ say: 'prepare', round, seconds })
      return (await hear('prepared')).alertIds
    },
    feed: async () => {
      tell({ say: 'feed' })
      return (await hear('fed')).events
    },
  }
}
