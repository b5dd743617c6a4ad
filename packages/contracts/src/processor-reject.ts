import { messageCodec } from './message-codec.ts'
import { RejectRecord, rejectRecord } from './reject-record.ts'
import { REJECTS } from './topics.ts'

const codec = messageCodec(RejectRecord)

/** A record that a processor refuses, where it stands, and why. */
export interface ProcessorRefusal {
  readonly processor: string
  /** The topic that it was read from. */
  readonly input: string
  readonly partition: number
  readonly record: {
    readonly offset: number
    readonly value: Uint8Array
    readonly appendedAt: number
  }
  readonly refusal: { readonly code: string; readonly message: string }
  /** Who sent it, where that is known; the processor itself otherwise. */
  readonly source?: string | undefined
}

/** What goes to `ebb.rejects.v1` for it: the same record and reason give the same id. */
export const processorReject = (refused: ProcessorRefusal) => {
  const { processor, input, partition, record, refusal, source = processor } = refused
  const { offset, value: payload, appendedAt: receivedAt } = record
  const where = `${processor} ${input}/${partition}@${offset}`
  const reject = rejectRecord({ source, ...refusal, where, receivedAt, payload })
  return { topic: REJECTS, key: source, id: reject.id, value: codec.encode(reject) }
}
