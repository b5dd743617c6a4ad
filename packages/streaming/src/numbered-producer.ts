import type { LogRecord } from './event-log.ts'

/**
 * A producer that counts the records it sends, per partition, from 1. The high-water mark stands
 * in the partition record, so a record that comes again is skipped however late it comes.
 */
export interface ProducerNumber {
  readonly producer: string
  readonly sequence: number
}

const PRODUCER_HEADER = 'producer'
const SEQUENCE_HEADER = 'sequence'

/** Headers of a numbered record. */
export const numberedHeaders = ({
  producer,
  sequence,
}: ProducerNumber): Record<string, string> => ({
  [PRODUCER_HEADER]: producer,
  [SEQUENCE_HEADER]: String(sequence),
})

/** The number of a record; `undefined` where its producer does not count. */
export const producerNumber = ({ headers }: LogRecord): ProducerNumber | undefined => {
  const producer = headers[PRODUCER_HEADER]
  const sequence = Number(headers[SEQUENCE_HEADER])
  return producer !== undefined && Number.isSafeInteger(sequence)
    ? { producer, sequence }
    : undefined
}
