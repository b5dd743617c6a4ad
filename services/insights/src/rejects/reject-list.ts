import type { RejectPage, RejectView } from '@ebb/contracts/dashboard-api'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { RejectRecord } from '@ebb/contracts/reject-record'
import { REJECTS } from '@ebb/contracts/topics'
import type { LogRecord } from '@ebb/streaming/event-log'
import { type LogReader, newestOf } from '../stream/topic-tail.ts'
import { payloadText } from './payload-text.ts'

/** Which rejects. */
export interface RejectWish {
  readonly source?: string
  readonly code?: string
  readonly limit: number
}

const codec = messageCodec(RejectRecord)
/** A payload has up to 32 KB, so this bounds what one look costs. */
const LOOKED_AT = 200

/** The newest rejects of each partition, straight from the log; counts are of what was looked at. */
export const listRejects = async (
  log: LogReader,
  { source, code, limit }: RejectWish,
): Promise<RejectPage> => {
  const records = (await newestOf(log, REJECTS, LOOKED_AT)).flat()
  const all = withoutCopies(records.flatMap((record) => readReject(record) ?? []))
  const ofSource = all.filter((reject) => source === undefined || reject.source === source)
  return {
    rejects: ofSource
      .filter((reject) => code === undefined || reject.code === code)
      .sort((left, right) => right.receivedAt - left.receivedAt)
      .slice(0, limit)
      .map(viewOf),
    sources: [...new Set(all.map((reject) => reject.source))].sort(),
    codes: countsOf(ofSource.map((reject) => reject.code)),
  }
}

/** A reject record; `undefined` for what is none. */
export const readReject = ({ value }: LogRecord): RejectRecord | undefined => {
  try {
    return codec.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}

/** The same bytes may be sent and refused again; a copy has the same origin and instant. */
const withoutCopies = (rejects: readonly RejectRecord[]): RejectRecord[] => [
  ...new Map(
    rejects.map((reject) => [JSON.stringify([reject.id, reject.where, reject.receivedAt]), reject]),
  ).values(),
]

const countsOf = (codes: readonly string[]): RejectPage['codes'] => {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((left, right) => right.count - left.count || (left.code < right.code ? -1 : 1))
}

const viewOf = ({ payload, receivedAt, ...reject }: RejectRecord): RejectView => ({
  ...reject,
  receivedAt: new Date(receivedAt).toISOString(),
  payload: payloadText(Buffer.from(payload, 'base64')),
})
