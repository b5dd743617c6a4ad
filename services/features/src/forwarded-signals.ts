import { MessageError } from '@ebb/contracts/message-codec'
import { MODEL_SIGNAL_KEY, modelSignalCodec } from '@ebb/contracts/model-signal'
import { SOURCE_SIGNAL_KEY, sourceSignalCodec } from '@ebb/contracts/source-signal'
import { FEATURES } from '@ebb/contracts/topics'
import type { LogRecord } from '@ebb/streaming/event-log'
import type { Moment, Outcome } from '@ebb/streaming/processor-definition'
import { sourceSignalId } from './heartbeat/source-signal-output.ts'

/** A control record that features passes on. */
interface ForwardedSignal {
  /** What it says, for people, and who may write it. */
  readonly what: string
  readonly writer: string
  /** Names it among all of its key. Throws a `MessageError` where it cannot be read. */
  idOf(value: Uint8Array): string
}

const SIGNALS: ReadonlyMap<string, ForwardedSignal> = new Map([
  [
    SOURCE_SIGNAL_KEY,
    {
      what: 'the signal of a source',
      writer: 'the judge in features',
      idOf: (value: Uint8Array) => sourceSignalId(sourceSignalCodec.decode(value)),
    },
  ],
  [
    MODEL_SIGNAL_KEY,
    {
      what: 'the promotion of a model',
      writer: 'who trains and promotes models',
      idOf: (value: Uint8Array) => {
        const { version, at } = modelSignalCodec.decode(value)
        return `model:${version}:${at}`
      },
    },
  ],
])

/** What features makes of a signal: the same, in its place; `undefined` for any other record. */
export const forwardedSignal = (
  { key, value }: LogRecord,
  { partition }: Moment,
): Outcome<never> | undefined => {
  const signal = SIGNALS.get(key)
  if (signal === undefined) return undefined
  try {
    const id = `${signal.idOf(value)}:${partition}`
    return { outputs: [{ topic: FEATURES, partition, key, id, value }] }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const message = `${signal.what} cannot be read: ${error.message}; only ${signal.writer} may write it`
    return { refusal: { code: 'EBB_SIGNAL_UNREADABLE', message } }
  }
}
