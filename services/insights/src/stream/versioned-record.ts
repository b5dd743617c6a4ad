import { type MessageCodec, MessageError } from '@ebb/contracts/message-codec'
import type { LogRecord } from '@ebb/streaming/event-log'
import { parseVersion, VERSION_HEADER, type Version } from '@ebb/streaming/version'

/** A record that says nothing that can be shown, and why. */
export interface Skipped {
  readonly offset: number
  readonly why: string
}

/** A message with the version of the output that it is. */
export interface Versioned<T> {
  readonly message: T
  readonly version: Version
}

/**
 * The message of a processor's output; `undefined` for control records, and for what cannot be read
 * or has no version: who acts on the topic rejects it, who shows it passes it over.
 */
export const readRecord = <T>(
  { key, value, headers, offset }: LogRecord,
  codec: MessageCodec<T>,
  onSkip: (skipped: Skipped) => void,
): Versioned<T> | undefined => {
  if (key.startsWith('~')) return undefined
  const version = parseVersion(headers[VERSION_HEADER])
  if (version === undefined) return void onSkip({ offset, why: 'it carries no version' })
  try {
    return { message: codec.decode(value), version }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return void onSkip({ offset, why: error.message })
  }
}
