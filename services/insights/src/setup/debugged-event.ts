import { CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { DebuggedEvent } from '@ebb/contracts/dashboard-api'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import type { LogRecord } from '@ebb/streaming/event-log'
import { readReject } from '../rejects/reject-list.ts'

const codec = messageCodec(CanonicalEvent)

/** An accepted event of `ebb.events.v1`; `undefined` for control records, and what cannot be read. */
export const acceptedEvent = ({ key, value }: LogRecord): DebuggedEvent | undefined => {
  if (key.startsWith('~')) return undefined
  try {
    const { source, name, customer, occurredAt, receivedAt, properties } = codec.decode(value)
    return {
      at: iso(receivedAt),
      source,
      isAccepted: true,
      customerId: customerKey(customer),
      name,
      occurredAt: iso(occurredAt),
      properties,
    }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}

/** A refused one of `ebb.rejects.v1`. */
export const refusedEvent = (record: LogRecord): DebuggedEvent | undefined => {
  const reject = readReject(record)
  if (reject === undefined) return undefined
  const { source, code, message, receivedAt } = reject
  return { at: iso(receivedAt), source, isAccepted: false, code, message }
}

const iso = (instant: number): string => new Date(instant).toISOString()
