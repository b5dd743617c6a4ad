import { existsSync } from 'node:fs'
import { RETENTIONEERING, retentioneeringRows } from '@ebb/cli/replay/retentioneering'
import { eventRecord } from '@ebb/collector/log-records'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { TICK_KEY, tickRecord } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { featuresDefinition, PLAIN_ACTIVITY_MS } from '@ebb/features/features-definition'
import { LIVE_TICK_MS } from '@ebb/features/service'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { localConsumption } from '@ebb/streaming/local-consumption'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { canonicalEvent, intakeContext, SHOP } from './bench-shop.ts'
import type { Scale } from './benchmark.ts'
import { DEMO_SHOP, demoEvents } from './state-sizes.ts'

/** How many records the feature service publishes of customers, ticks not counted. */
export interface Emission {
  readonly name: string
  readonly events: number
  readonly customers: number
  readonly records: number
}

/** What this is called where benchmarks are chosen by name. */
export const EMISSION = 'emission'

/** Whole histories, unless the run is a quick one. */
const ROUNDS_OF_EVENTS = 2

/** Of a file of clicks and of the demonstration's shop, with the clock of a live installation. */
export const emissions = async ({ events }: Scale): Promise<readonly Emission[]> => {
  const last = (all: Iterable<CanonicalEvent>): CanonicalEvent[] =>
    [...all].slice(-events * ROUNDS_OF_EVENTS)
  const demo = await emissionOf(DEMO_SHOP, last(demoEvents()))
  if (existsSync(RETENTIONEERING))
    return [await emissionOf('retentioneering clickstream', last(clickEvents())), demo]
  process.stderr.write('LEFT OUT, emission of the clickstream: its file is absent\n')
  return [demo]
}

function* clickEvents(): Generator<CanonicalEvent> {
  const rows = retentioneeringRows().sort((a, b) => a.occurredAt - b.occurredAt || a.row - b.row)
  for (const { item, occurredAt } of rows) yield canonicalEvent(item, intakeContext(occurredAt))
}

/** Runs features over events that come as they happen, in order of time, and a tick every 5 s. */
export const emissionOf = async (
  name: string,
  events: readonly CanonicalEvent[],
): Promise<Emission> => {
  const { log, told } = countingLog(liveRecords(events))
  await runProcessorToEnd(featuresDefinition(SHOP), { log, store: memoryPartitionStore() })
  const customers = new Set(events.map(({ customer }) => customerKey(customer))).size
  return { name, events: events.length, customers, records: told() }
}

/** What the last event changed is told at the first tick behind that. */
const TOLD_WITHIN_MS = PLAIN_ACTIVITY_MS + LIVE_TICK_MS

/** Months of ticks: they are made as they are read. */
interface LiveRecords {
  readonly count: number
  readonly records: Iterator<NewRecord & { readonly at: number }>
}

const liveRecords = (events: readonly CanonicalEvent[]): LiveRecords => {
  const tickAt = (at: number): number => Math.floor(at / LIVE_TICK_MS) * LIVE_TICK_MS
  const first = tickAt(events[0]!.occurredAt)
  const last = tickAt(events.at(-1)!.occurredAt + TOLD_WITHIN_MS)
  const records = function* () {
    let tick = first
    for (const event of events) {
      for (; tick <= event.occurredAt; tick += LIVE_TICK_MS) yield { ...tickRecord(tick), at: tick }
      yield { ...eventRecord(event), at: event.occurredAt }
    }
    for (; tick <= last; tick += LIVE_TICK_MS) yield { ...tickRecord(tick), at: tick }
  }
  return { count: events.length + (last - first) / LIVE_TICK_MS + 1, records: records() }
}

/** A log in memory with one partition, read once from its start; what is appended is counted. */
const countingLog = ({ count, records }: LiveRecords) => {
  let told = 0
  let made = 0
  const read: EventLog['read'] = async (_from, offset, limit) => {
    const slice: LogRecord[] = []
    if (limit > 0 && offset !== made) throw new Error(`Read at ${offset} instead of ${made}`)
    for (; slice.length < limit && made < count; made += 1) {
      const { at, headers = {}, ...record } = records.next().value!
      slice.push({ ...record, headers, offset: made, appendedAt: at })
    }
    return { records: slice, end: count }
  }
  const local = { read, advise: async () => {}, onAppend: () => () => {} }
  const log: EventLog = {
    ...memoryEventLog({ topics: topicsOf(1), now: () => 0 }),
    append: async ({ topic }, appended) => {
      if (topic === FEATURES) told += appended.filter(({ key }) => key !== TICK_KEY).length
      if (topic === EVENTS) throw new Error('Features appended to what it reads')
      return 0
    },
    consume: async (group, topic, listener) =>
      localConsumption({ local, group, topic, partitions: 1, listener }),
    read,
  }
  return { log, told: () => told }
}
