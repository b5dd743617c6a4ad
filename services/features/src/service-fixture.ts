import { openApiDocument } from '@ebb/contracts/openapi'
import { EVENTS } from '@ebb/contracts/topics'
import type { KeyGrant } from '@ebb/runtime/access-keys'
import { expectDocumented } from '@ebb/runtime/documented-answer-fixture'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionOf } from '@ebb/streaming/partitioner'
import { FEATURES_REFERENCE } from './customer-operations.ts'
import { FEATURES_PROCESSOR } from './features-definition.ts'
import { memoryPorts, NOON, PARTITIONS, SHOP } from './features-fixture.ts'
import { HEARTBEAT_PROCESSOR } from './heartbeat/heartbeat-definition.ts'
import { type FeaturesPorts, type FeaturesService, start } from './service.ts'

const grant = (kind: KeyGrant['kind'], ...scopes: string[]): KeyGrant => ({
  id: 'key_1',
  kind,
  source: 'crm',
  scopes,
})

/** Who has these keys may read customers, may not, or may only send events. */
export const KEYS = {
  reader: grant('secret', 'events:write', 'customers:read'),
  writer: grant('secret', 'events:write'),
  storefront: grant('write'),
}

/** A feature service on engines in memory, and the ways to it. */
export interface Rig {
  readonly ports: FeaturesPorts & ReturnType<typeof memoryPorts>
  readonly service: FeaturesService
  /** Appends records to the partitions of their keys; resolves when all states stand behind them. */
  send(...records: NewRecord[]): Promise<void>
  /** Every answer to a route of ours has to be documented. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

/** Starts the feature service; its ticks say noon. */
export const startRig = async ({
  port = 0,
  ...over
}: Partial<ReturnType<typeof memoryPorts>> & { readonly port?: number } = {}): Promise<Rig> => {
  const { log, store: inner } = { ...memoryPorts(), ...over }
  const committed = new Set<() => void>()
  const store = tellingStore(inner, committed)
  const stores: Readonly<Record<string, PartitionStore>> = {
    [FEATURES_PROCESSOR]: store,
    [HEARTBEAT_PROCESSOR]: memoryPartitionStore(),
  }
  const storeOf = (name: string) => stores[name]!
  const ports = {
    ...{ log, store, generations: onlyGeneration({ generation: 0, log, store: storeOf }) },
    keys: { find: (key: string) => (Object.hasOwn(KEYS, key) ? KEYS[key as 'reader'] : undefined) },
    clock: { now: () => NOON },
    logger: createLogger({ service: 'features', level: 'silent' }),
    onHalt: (error: Error) => {
      throw error
    },
  }
  const config = { ...SHOP, tickIntervalMs: 1, host: '127.0.0.1', port }
  const service = await start(ports, config)
  return {
    ports,
    service,
    send: (...records) => sendAll(ports, { records, committed }),
    get: (path, headers = {}) => ask(service.url, path, headers),
  }
}

const DOCUMENT = openApiDocument(FEATURES_REFERENCE)

const ask = async (
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<Response> => {
  const answer = await fetch(`${url}${path}`, { headers })
  const { status } = answer
  const body = await answer.clone().json()
  expectDocumented(DOCUMENT, { method: 'GET', path, status, body })
  return answer
}

const tellingStore = (inner: PartitionStore, told: ReadonlySet<() => void>): PartitionStore => ({
  ...inner,
  commit: async (partition, commit) => {
    const outcome = await inner.commit(partition, commit)
    for (const listener of told) listener()
    return outcome
  },
})

interface Sending {
  readonly records: readonly NewRecord[]
  readonly committed: Set<() => void>
}

const sendAll = async (
  { log, store }: { log: EventLog; store: PartitionStore },
  { records, committed }: Sending,
): Promise<void> => {
  const ends = new Map<number, number>()
  for (const record of records) {
    const partition = partitionOf(record.key, PARTITIONS)
    ends.set(partition, (await log.append({ topic: EVENTS, partition }, [record])) + 1)
  }
  const done = Promise.withResolvers<void>()
  const check = async (): Promise<void> => {
    for (const [partition, end] of ends) {
      const { position } = await store.read(partition, [])
      if ((position?.offset ?? 0) < end) return
    }
    done.resolve()
  }
  const listener = () => void check().catch(done.reject)
  committed.add(listener)
  await check()
  await done.promise.finally(() => committed.delete(listener))
}
