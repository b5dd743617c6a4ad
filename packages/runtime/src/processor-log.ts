import type { PartitionObserver } from '@ebb/streaming/processor-options'
import { NO_TRACER, type Tracer } from '@ebb/streaming/tracing'
import type { Logger } from './logger.ts'

/**
 * Tells in the log what an operator wants to know of a processor or another reader: faults, fences,
 * ownership.
 */
export const processorLog = (
  logger: Logger,
  processor: string,
  tracer: Tracer = NO_TRACER,
): PartitionObserver<{ partition: number; offset: number }, { partition: number }> => {
  const failing = new Set<number>()
  return {
    acquired: ({ partition, offset }) =>
      logger.debug({ processor, partition, offset }, 'partition acquired'),
    revoked: (partition) => {
      failing.delete(partition)
      logger.debug({ processor, partition }, 'partition given up')
    },
    fenced: (partition) =>
      logger.warn({ processor, partition }, 'another owner has this partition; acquiring again'),
    retrying: ({ partition, error }) => {
      if (failing.has(partition)) return
      failing.add(partition)
      const attributes = { 'messaging.destination.partition.id': String(partition) }
      const traceId = tracer.fault({ name: processor, kind: 'consumer', attributes }, error)
      const told = { processor, partition, err: error, ...(traceId && { traceId }) }
      // An engine that is away holds all partitions: that is one incident.
      if (failing.size === 1) logger.warn(told, 'waiting for an engine, trying again')
      else logger.debug(told, 'partition paused, trying again')
    },
    committed: ({ partition }) => {
      if (failing.delete(partition) && failing.size === 0)
        logger.info({ processor }, 'all partitions go on')
    },
  }
}
