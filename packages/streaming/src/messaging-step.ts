import type { EventLog, TopicPartition } from './event-log.ts'
import type { StepDetails } from './tracing.ts'

/** A partition of a topic, and who reads it. */
export interface MessagingPlace extends TopicPartition {
  readonly log: Pick<EventLog, 'system'>
  /** Of a reader only. */
  readonly group?: string
}

/** What is done to records, and the kind of step that it is. */
const KINDS = { process: 'consumer', send: 'producer' } as const

/**
 * A step of work on records, by OpenTelemetry's conventions for messaging. It never has the key of a
 * record, which is a customer.
 */
export const messagingStep = (
  operation: keyof typeof KINDS,
  { log, topic, partition, group }: MessagingPlace,
): StepDetails => ({
  name: `${operation} ${topic}`,
  kind: KINDS[operation],
  attributes: {
    'messaging.system': log.system,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    ...(group !== undefined && { 'messaging.consumer.group.name': group }),
  },
})

/** Attributes of a step that is about one record. */
export const atOffset = (offset: number) => ({ 'messaging.kafka.offset': offset })
