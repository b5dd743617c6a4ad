import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import type { Logger } from './logger.ts'

/** Tells in the log what an operator wants to know of a processor: faults, fences, ownership. */
export const processorLog = (logger: Logger, processor: string): ProcessorObserver => {
  const failing = new Set<number>()
  return {
    acquired: ({ partition, offset }) =>
      logger.debug({ processor, partition, offset }, 'partition acquired'),
    revoked: (partition) => logger.debug({ processor, partition }, 'partition given up'),
    fenced: (partition) =>
      logger.warn({ processor, partition }, 'another owner has this partition; acquiring again'),
    retrying: ({ partition, error }) => {
      if (failing.has(partition)) return
      failing.add(partition)
      logger.warn({ processor, partition, err: error }, 'partition paused, trying again')
    },
    committed: ({ partition }) => {
      if (failing.delete(partition)) logger.info({ processor, partition }, 'partition goes on')
    },
  }
}
