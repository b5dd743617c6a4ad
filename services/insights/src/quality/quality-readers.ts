import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { type MessageCodec, MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { RejectRecord } from '@ebb/contracts/reject-record'
import { readTick } from '@ebb/contracts/tick'
import { EVENTS, REJECTS, TRAFFIC } from '@ebb/contracts/topics'
import type { TopicReaderSettings } from '@ebb/postgres/topic-reader-settings'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { boundedSources } from './bounded-sources.ts'
import { countCopies } from './copies.ts'
import type { CountRow } from './counter.ts'
import {
  type CountedShop,
  countEvents,
  countRejects,
  ratedVisitor,
  type Visitors,
  visitorKey,
} from './quality-of-batch.ts'
import {
  addCounts,
  forgetVisitors,
  readVisitors,
  type Visitor,
  writeVisitors,
} from './quality-rows.ts'

/** Consumer groups that count what came; a group a topic. */
export const QUALITY_GROUPS = {
  events: 'insights-quality-events',
  rejects: 'insights-quality-rejects',
  traffic: 'insights-quality-traffic',
} as const

type QualityReader = Pick<TopicReaderSettings, 'group' | 'topic' | 'handle'>

/** What counts the quality of all that comes, by civil days of the shop. */
export const qualityReaders = (shop: CountedShop): readonly QualityReader[] => {
  const bounded = boundedSources()
  const add = async (tx: Transaction, rows: readonly CountRow[]): Promise<void> =>
    addCounts(tx, await bounded(tx, rows))
  return [
    {
      ...{ group: QUALITY_GROUPS.events, topic: EVENTS },
      handle: async (tx, records, partition) => {
        const events = records.flatMap((record) => readMessage(record, eventCodec) ?? [])
        const visitors = await knownVisitors(tx, events)
        const rows = countEvents(events, visitors, shop)
        await writeVisitors(tx, partition, [...visitors.values()])
        await forgetOnTick(tx, records, partition)
        // The last: rows of the counts are shared with the readers of other partitions.
        await add(tx, rows)
      },
    },
    {
      ...{ group: QUALITY_GROUPS.rejects, topic: REJECTS },
      handle: async (tx, records) => {
        const told = records.flatMap((record) => readMessage(record, rejectCodec) ?? [])
        await add(tx, countRejects(told, shop.timeZone))
      },
    },
    {
      ...{ group: QUALITY_GROUPS.traffic, topic: TRAFFIC },
      handle: async (tx, records) => add(tx, await countCopies(tx, records, shop.timeZone)),
    },
  ]
}

const eventCodec = messageCodec(CanonicalEvent)
const rejectCodec = messageCodec(RejectRecord)

/** What is no message is rejected by who acts on the topic; here it is not counted. */
const readMessage = <T>({ key, value }: LogRecord, codec: MessageCodec<T>): T | undefined => {
  if (key.startsWith('~')) return undefined
  try {
    return codec.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}

const knownVisitors = async (
  tx: Transaction,
  events: readonly CanonicalEvent[],
): Promise<Visitors> => {
  const asked = new Map<string, Visitor>()
  for (const event of events) {
    const visitor = ratedVisitor(event)
    if (visitor !== undefined) asked.set(visitorKey(visitor), visitor)
  }
  const known = await readVisitors(tx, [...asked.values()])
  return new Map(known.map((visitor) => [visitorKey(visitor), visitor]))
}

/** A visitor of an hour ago begins a new minute anyway. */
const REMEMBERED_MINUTES = 60

const forgetOnTick = async (
  tx: Transaction,
  records: readonly LogRecord[],
  partition: number,
): Promise<void> => {
  const ticks = records.map(readTick).filter((tick) => typeof tick === 'number')
  if (ticks.length === 0) return
  const minute = Math.floor(Math.max(...ticks) / 60_000)
  await forgetVisitors(tx, partition, minute - REMEMBERED_MINUTES)
}
