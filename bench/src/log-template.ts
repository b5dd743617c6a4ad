import { eventRecord } from '@ebb/collector/log-records'
import { customerKey } from '@ebb/contracts/canonical-event'
import { tickRecord } from '@ebb/contracts/tick'
import { EMBEDDED_PARTITIONS, EVENTS } from '@ebb/contracts/topics'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { startProcessors } from './bench-processors.ts'
import { openBenchEngines } from './bench-shop.ts'
import type { Clickstream, Stretch } from './clickstream.ts'

/** Makes a data folder whose history all processors have handled, and whose present they have not. */
export const makeLogTemplate = async (folder: string, stream: Clickstream): Promise<void> => {
  const { history, live } = stream
  const engines = await openBenchEngines(folder, () => live.until)
  await append(engines.log, stream, history)
  const processors = await startProcessors(engines, 'features and scorer')
  await processors.reached(history.until)
  await processors.stop()
  await append(engines.log, stream, live)
  await engines.close()
}

const append = async (log: EventLog, stream: Clickstream, stretch: Stretch): Promise<void> => {
  const lanes = Array.from({ length: EMBEDDED_PARTITIONS }, (): NewRecord[] => [])
  const tickAll = (at: number): void => {
    for (const lane of lanes) lane.push(tickRecord(at))
  }
  let tick = stretch.from + stretch.tickEveryMs
  for (const event of stream.events(stretch)) {
    for (; tick <= event.occurredAt; tick += stretch.tickEveryMs) tickAll(tick)
    lanes[partitionOf(customerKey(event.customer), lanes.length)]!.push(eventRecord(event))
  }
  tickAll(stretch.until)
  await Promise.all(
    lanes.map((records, partition) => log.append({ topic: EVENTS, partition }, records)),
  )
}
