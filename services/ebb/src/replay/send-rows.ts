import { eventRecord, rejectedRecord } from '@ebb/collector/log-records'
import { customerKey } from '@ebb/contracts/canonical-event'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { type JudgedRows, REPLAYER } from './judge-rows.ts'
import { type NumberedSender, numberedSender } from './numbered-sender.ts'
import { type PlanSettings, replayPlan, type Send } from './replay-plan.ts'
import type { RefusedRow } from './replay-row.ts'

/** What is sent, and how. */
export interface SendSettings extends PlanSettings {
  readonly file: string
  readonly rows: JudgedRows
  /** When rows are refused, ms since the epoch. */
  readonly now: number
  /** Sends no more when it aborts. */
  readonly interrupted: AbortSignal
}

/**
 * Appends all rows and ticks of a replay to `ebb.events.v1` and all refused rows to
 * `ebb.rejects.v1`, leaving out what an earlier run sent. The clock of each partition is that of
 * the file: each tick goes into every partition, between the same rows.
 */
export const sendRows = async (log: EventLog, settings: SendSettings): Promise<void> => {
  const { accepted, events, refused } = settings.rows
  await sendRefused(log, settings, refused)
  const sender = await numberedSender(log, { topic: EVENTS, producer: REPLAYER })
  const partitions = await log.partitions(EVENTS)
  for (const send of replayPlan(accepted, settings)) {
    if (settings.interrupted.aborted) return
    await sendOne(sender, send, { partitions, events })
  }
  await sender.flush()
}

const sendOne = async (
  sender: NumberedSender,
  send: Send,
  { partitions, events }: { partitions: number; events: JudgedRows['events'] },
): Promise<void> => {
  if (send.kind === 'row') {
    const event = events.get(send.row)!
    return sender.send(partitionOf(customerKey(event.customer), partitions), eventRecord(event))
  }
  const tick = tickRecord(send.at)
  for (let partition = 0; partition < partitions; partition += 1) await sender.send(partition, tick)
}

const sendRefused = async (
  log: EventLog,
  { file, now: receivedAt }: SendSettings,
  refused: readonly RefusedRow[],
): Promise<void> => {
  const sender = await numberedSender(log, { topic: REJECTS, producer: REPLAYER })
  const partition = partitionOf(REPLAYER, await log.partitions(REJECTS))
  for (const { row, code, message, raw } of refused) {
    const where = `${file} row ${row}`
    const payload = Buffer.from(raw, 'utf8')
    await sender.send(
      partition,
      rejectedRecord({ source: REPLAYER, code, message, where, receivedAt, payload }),
    )
  }
  await sender.flush()
}
