import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'

const codec = messageCodec(AlertRecord)
const PAGE_RECORDS = 500

/**
 * When a customer came back (ms), where that is the last thing that alerts tell of them; null where
 * it is not. Reads the customer's partition from its end back to their last alert.
 */
export const lastReturn = async (
  log: Pick<EventLog, 'read'>,
  partition: number,
  customerId: string,
): Promise<number | null> => {
  const from = { topic: ALERTS, partition }
  const { end } = await log.read(from, 0, 0)
  for (let behind = end; behind > 0; behind -= PAGE_RECORDS) {
    const { records } = await log.read(from, Math.max(0, behind - PAGE_RECORDS), PAGE_RECORDS)
    const last = records.findLast(({ key }) => key === customerId)
    if (last === undefined) continue
    const { kind, raisedAt } = codec.decode(last.value)
    return kind === 'recovered' ? raisedAt : null
  }
  return null
}
