import { SWITCHES_KEY, Switches } from '@ebb/contracts/installation'
import { messageCodec } from '@ebb/contracts/message-codec'
import { INSTALLATION } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'

const switches = messageCodec(Switches)
const FROM = { topic: INSTALLATION, partition: 0 }
/** The last switch is among them unless somebody paused and resumed all the time. */
const LAST_RECORDS = 10_000

/** Whether alerts are paused, as the scorer has it. Throws as the log does. */
export const alertsPaused = async (log: Pick<EventLog, 'read'>): Promise<boolean> => {
  const { end } = await log.read(FROM, 0, 0)
  const { records } = await log.read(FROM, Math.max(0, end - LAST_RECORDS), LAST_RECORDS)
  const last = records.findLast(({ key }) => key === SWITCHES_KEY)
  return last !== undefined && switches.decode(last.value).alertsPaused
}
