import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { RejectRecord } from '@ebb/contracts/reject-record'
import { EVENTS, REJECTS, TRAFFIC } from '@ebb/contracts/topics'
import type { AccessKeys, KeyGrant } from '@ebb/runtime/access-keys'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import type { CollectorPorts } from './collector.ts'

/** The instant at which everything in a test is received. */
export const NOON = Date.UTC(2024, 5, 1, 12)

/** The shop of the tests. */
export const SHOP = { currency: 'USD', rates: { EUR: 1.08 } }

/** A write key, a secret key that may write, and one that may not. */
export const WRITE_KEY = 'ebbw_storefront'
export const SECRET_KEY = 'ebbs_backend'
export const READ_KEY = 'ebbs_analyst'

const GRANTS: Readonly<Record<string, KeyGrant>> = {
  [WRITE_KEY]: { id: 'key_1', kind: 'write', source: 'storefront', scopes: [] },
  [SECRET_KEY]: { id: 'key_2', kind: 'secret', source: 'erp', scopes: ['events:write'] },
  [READ_KEY]: { id: 'key_3', kind: 'secret', source: 'bi', scopes: ['customers:read'] },
}

const KEYS: AccessKeys = {
  find: (key) => (Object.hasOwn(GRANTS, key) ? GRANTS[key] : undefined),
}

/** Ports in memory, with a log that four partitions make. */
export const memoryPorts = (): CollectorPorts => {
  const now = () => NOON
  const sized = [EVENTS, REJECTS].map((name) => ({ name, partitions: 4 }))
  const topics = [...sized, { name: TRAFFIC, partitions: 1 }]
  const logger = createLogger({ service: 'collector', level: 'silent' })
  return { log: memoryEventLog({ topics, now }), keys: KEYS, clock: { now }, logger }
}

const recordsOf = async (log: EventLog, topic: string): Promise<LogRecord[]> => {
  const partitions = await log.partitions(topic)
  const slices = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => log.read({ topic, partition }, 0, 10_000)),
  )
  return slices.flatMap(({ records }) => records)
}

const decoded = ({ value }: LogRecord): unknown => JSON.parse(Buffer.from(value).toString('utf8'))

/** The accepted events in the log, by partition and offset. */
export const eventsIn = async (log: EventLog): Promise<CanonicalEvent[]> =>
  (await recordsOf(log, EVENTS)).map((record) => decoded(record) as CanonicalEvent)

/** The rejects in the log, by partition and offset. */
export const rejectsIn = async (log: EventLog): Promise<RejectRecord[]> =>
  (await recordsOf(log, REJECTS)).map((record) => decoded(record) as RejectRecord)

/** What came, as far as a reject kept it. */
export const payloadOf = ({ payload }: RejectRecord): string =>
  Buffer.from(payload, 'base64').toString('utf8')
