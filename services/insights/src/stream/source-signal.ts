import { MessageError } from '@ebb/contracts/message-codec'
import {
  SOURCE_SIGNAL_KEY,
  type SourceSignal,
  sourceSignalCodec,
} from '@ebb/contracts/source-signal'
import type { LogRecord } from '@ebb/streaming/event-log'

/** The signal of a source in a record; `undefined` for every other, and for what cannot be read. */
export const readSourceSignal = ({ key, value }: LogRecord): SourceSignal | undefined => {
  if (key !== SOURCE_SIGNAL_KEY) return undefined
  try {
    return sourceSignalCodec.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}
