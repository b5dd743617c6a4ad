import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionBackwards } from '../partition-backwards.ts'

const codec = messageCodec(AlertRecord)

/**
 * When a customer came back (ms), where that is the last thing that alerts tell of them; null where
 * it is not. Reads the customer's partition from its end back to their last alert.
 */
export const lastReturn = async (
  log: Pick<EventLog, 'read'>,
  partition: number,
  customerId: string,
): Promise<number | null> => {
  for await (const records of partitionBackwards(log, { topic: ALERTS, partition })) {
    const last = records.findLast(({ key }) => key === customerId)
    if (last === undefined) continue
    const { kind, raisedAt } = codec.decode(last.value)
    return kind === 'recovered' ? raisedAt : null
  }
  return null
}
