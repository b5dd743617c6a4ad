import type { LogRecord } from '@ebb/streaming/event-log'
import type { IHeaders, KafkaMessage } from 'kafkajs'

const NOTHING = new Uint8Array(0)

/**
 * A fetched message as a record of the port. What another producer left out (key, value) is empty,
 * and of a header that is there twice the last counts, as Kafka's own clients have it.
 */
export const logRecordOf = (message: KafkaMessage): LogRecord => ({
  offset: Number(message.offset),
  key: message.key === null ? '' : message.key.toString(),
  value: message.value ?? NOTHING,
  headers: message.headers === undefined ? {} : headerTexts(message.headers),
  appendedAt: Number(message.timestamp),
})

const headerTexts = (headers: IHeaders): Record<string, string> => {
  const texts: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    const last = Array.isArray(value) ? value.at(-1) : value
    texts[name] = last?.toString() ?? ''
  }
  return texts
}
