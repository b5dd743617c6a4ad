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
  let isWaiting = false
  const goesOn = (partition: number): void => {
    failing.delete(partition)
    if (!isWaiting || failing.size > 0) return
    isWaiting = false
    logger.info({ processor }, 'all partitions go on')
  }
  return {
    acquired: ({ partition, offset }) => {
      logger.debug({ processor, partition, offset }, 'partition acquired')
      goesOn(partition)
    },
    revoked: (partition) => {
      // Who else has it now waits for the same engine: that does not end the incident.
      failing.delete(partition)
      logger.debug({ processor, partition }, 'partition given up')
    },
    fenced: (partition) =>
      logger.warn({ processor, partition }, 'another owner has this partition; acquiring again'),
    retrying: ({ partition, error, step }) => {
      if (failing.has(partition)) return
      failing.add(partition)
      const traceId = tracer.fault(step, error)
      const told = { processor, partition, err: error, ...(traceId && { traceId }) }
      // An engine that is away holds all partitions: that is one incident.
      if (isWaiting) return logger.debug(told, 'partition paused, trying again')
      isWaiting = true
      logger.warn(told, 'waiting for an engine, trying again')
    },
    committed: ({ partition }) => goesOn(partition),
  }
}
