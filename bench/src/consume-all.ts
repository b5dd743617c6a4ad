import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'

/** What is done with the events of a log. */
export interface Consumer {
  readonly group: string
  /** Where a partition is begun. */
  readonly from: (partition: number) => Promise<number>
  readonly each: (record: LogRecord) => void
}

/** A consumer that goes as far as its partitions went when it got them. */
export interface RunningConsumer {
  readonly done: Promise<void>
  stop(): Promise<void>
}

/** Reads the events of a log, without a state and without effects. */
export const consumeAll = async (
  log: EventLog,
  { group, from, each }: Consumer,
): Promise<RunningConsumer> => {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const ends = new Map<number, number>()
  let partitionsLeft = await log.partitions(EVENTS)
  const { stop } = await log.consume(group, EVENTS, {
    assigned: async (partition) => {
      ends.set(partition, (await log.read({ topic: EVENTS, partition }, 0, 0)).end)
      return from(partition)
    },
    batch: async (partition, records) => {
      records.forEach(each)
      const offset = records.at(-1)!.offset + 1
      if (offset === ends.get(partition)) partitionsLeft -= 1
      if (partitionsLeft === 0) resolve()
      return offset
    },
    revoked: () => {},
    halted: reject,
  })
  return { done, stop }
}

/** Does nothing with a record. */
export const discard = (): void => {}
