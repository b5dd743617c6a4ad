import { HEARTBEAT_PROCESSOR } from '@ebb/features/heartbeat/heartbeat-definition'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { type LogLine, logOf } from './service-log.ts'

/** What a process logged of customers' partitions: the one of the heartbeat has a number of theirs. */
const customersLog = (service: NodeProcess): LogLine[] =>
  logOf(service).filter(({ processor }) => processor !== HEARTBEAT_PROCESSOR)

/** The customers' partitions that a process has acquired and not given up, as its log tells. */
export const ownedBy = (service: NodeProcess): ReadonlySet<number> => {
  const owned = new Set<number>()
  for (const { msg, partition } of customersLog(service)) {
    if (partition === undefined) continue
    if (msg === 'partition acquired') owned.add(partition)
    if (msg === 'partition given up') owned.delete(partition)
  }
  return owned
}

/** How often a process has acquired a partition. */
export const acquisitions = (service: NodeProcess): number =>
  customersLog(service).filter(({ msg }) => msg === 'partition acquired').length

/** How often a commit of a process was refused by the fence, or came too late to be made. */
export const staleWrites = (service: NodeProcess): number =>
  customersLog(service).filter(({ msg }) => STALE.has(msg)).length

const STALE: ReadonlySet<string> = new Set([
  'another owner has this partition; acquiring again',
  'waiting for an engine, trying again',
  'partition paused, trying again',
])
