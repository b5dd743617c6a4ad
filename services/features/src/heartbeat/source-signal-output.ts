import {
  SOURCE_SIGNAL_KEY,
  type SourceSignal,
  sourceSignalCodec,
} from '@ebb/contracts/source-signal'
import { EVENTS } from '@ebb/contracts/topics'
import type { Output } from '@ebb/streaming/processor-definition'

/** Names a signal among all of them. */
export const sourceSignalId = ({ kind, source, at }: SourceSignal): string =>
  `source:${kind}:${source}:${at}`

/** A signal in one partition of the events; its id follows from the signal and its place. */
export const sourceSignalOutput = (partition: number, signal: SourceSignal): Output => ({
  topic: EVENTS,
  partition,
  key: SOURCE_SIGNAL_KEY,
  id: `${sourceSignalId(signal)}:${partition}`,
  value: sourceSignalCodec.encode(signal),
})
