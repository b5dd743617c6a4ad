import { setTimeout as wait } from 'node:timers/promises'
import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'

/** A record on its way into the log. */
export interface PacedRecord {
  readonly record: NewRecord
  /** By which whoever listens knows what came of it; most records have none. */
  readonly mark?: string
}

/** When marks were due to be sent, on the clock of `performance.now()`. */
export type SentAt = Map<string, number>

const SLOT_MS = 10

/**
 * Appends records at an even pace, slot by slot, whether those before were acknowledged or not: a
 * mark counts from when it was due, so a log that is late cannot put off its measuring. Resolves
 * when all are acknowledged.
 */
export const sendPaced = async (
  log: EventLog,
  {
    records,
    perSecond,
    sentAt,
  }: {
    readonly records: readonly PacedRecord[]
    readonly perSecond: number
    readonly sentAt: SentAt
  },
): Promise<void> => {
  const partitions = await log.partitions(EVENTS)
  const perSlot = Math.ceil((perSecond * SLOT_MS) / 1_000)
  const appends: Promise<unknown>[] = []
  const begunAt = performance.now()
  for (let slot = 0; slot * perSlot < records.length; slot += 1) {
    const dueAt = begunAt + slot * SLOT_MS
    const early = dueAt - performance.now()
    if (early > 0) await wait(early)
    const due = records.slice(slot * perSlot, (slot + 1) * perSlot)
    for (const { mark } of due) if (mark !== undefined) sentAt.set(mark, dueAt)
    appends.push(...appendAll(log, due, partitions))
  }
  await Promise.all(appends)
}

const appendAll = (
  log: EventLog,
  records: readonly PacedRecord[],
  partitions: number,
): readonly Promise<unknown>[] => {
  const lanes = new Map<number, NewRecord[]>()
  for (const { record } of records) {
    const partition = partitionOf(record.key, partitions)
    const lane = lanes.get(partition)
    if (lane === undefined) lanes.set(partition, [record])
    else lane.push(record)
  }
  return [...lanes].map(([partition, lane]) => log.append({ topic: EVENTS, partition }, lane))
}
