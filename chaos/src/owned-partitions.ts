import type { NodeProcess } from '@ebb/testkit/node-process'
import { logOf } from './service-log.ts'

/** The partitions that a process has acquired and not given up, as its log tells. */
export const ownedBy = (service: NodeProcess): ReadonlySet<number> => {
  const owned = new Set<number>()
  for (const { msg, partition } of logOf(service)) {
    if (partition === undefined) continue
    if (msg === 'partition acquired') owned.add(partition)
    if (msg === 'partition given up') owned.delete(partition)
  }
  return owned
}

/** How often a process has acquired a partition. */
export const acquisitions = (service: NodeProcess): number =>
  logOf(service).filter(({ msg }) => msg === 'partition acquired').length

/** How often a commit of a process was refused by the fence, or came too late to be made. */
export const staleWrites = (service: NodeProcess): number =>
  logOf(service).filter(({ msg }) => STALE.has(msg)).length

const STALE: ReadonlySet<string> = new Set([
  'another owner has this partition; acquiring again',
  'waiting for an engine, trying again',
  'partition paused, trying again',
])
