import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { onTestFinished } from 'vitest'
import { addToOutbox, type OutboxRecord, type RelaySettings, relayOutbox } from './outbox.ts'
import type { Postgres } from './postgres-client.ts'

export const TOPIC = 'winbacks'

/** A log with the topic of the tests. */
export const outboxLog = (partitions = 2): EventLog =>
  memoryEventLog({ topics: [{ name: TOPIC, partitions }], now: () => 0 })

/** All that was published, partition by partition. */
export const published = async (log: EventLog): Promise<LogRecord[]> => {
  const found: LogRecord[] = []
  for (let partition = 0; partition < (await log.partitions(TOPIC)); partition += 1)
    found.push(...(await log.read({ topic: TOPIC, partition }, 0, 1_000_000)).records)
  return found
}

/** Their ids. */
export const publishedIds = async (log: EventLog): Promise<string[]> =>
  (await published(log)).map(({ headers }) => headers['ce_id']!)

/** A record for the outbox; its id is its value. */
export const outboxRecord = (id: string, more: Partial<OutboxRecord> = {}): OutboxRecord => ({
  topic: TOPIC,
  key: 'customer',
  id,
  value: Buffer.from(id),
  ...more,
})

/** Adds records in one transaction. */
export const add = (postgres: Postgres, ...records: readonly OutboxRecord[]): Promise<void> =>
  postgres.transaction((tx) => addToOutbox(tx, records))

/** Runs a relay until it has settled so many records; resolves to what it settled. */
export const relayUntil = async (
  count: number,
  settings: Pick<RelaySettings, 'postgres' | 'log'> & Partial<RelaySettings>,
): Promise<string[]> => {
  const done = Promise.withResolvers<void>()
  const seen: string[] = []
  const relay = relayOutbox({
    now: () => 0,
    onRetry: () => {},
    ...settings,
    onHalt: done.reject,
    settled: async (tx, outcome) => {
      await settings.settled?.(tx, outcome)
      seen.push(...outcome.published, ...outcome.expired.map((id) => `-${id}`))
      if (seen.length >= count) done.resolve()
    },
  })
  onTestFinished(() => relay.stop())
  await done.promise.finally(() => relay.stop())
  return seen
}

/** A log that tells of the first append, and holds it back until it is let go. */
export const heldLog = (log: EventLog) => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const append: EventLog['append'] = async (...call) => {
    begun.resolve()
    await goOn.promise
    return log.append(...call)
  }
  return { log: { ...log, append }, begun: begun.promise, letGo: goOn.resolve }
}
