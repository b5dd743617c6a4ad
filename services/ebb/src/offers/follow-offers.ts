import { messageCodec } from '@ebb/contracts/message-codec'
import { WINBACKS } from '@ebb/contracts/topics'
import { WinbackRecord } from '@ebb/contracts/winback-record'
import type { Offer } from '@ebb/simulator/answer-offer'
import type { RetryOptions } from '@ebb/streaming/retry'
import { type TopicSource, topicMessages } from '../commands/topic-messages.ts'
import { type LogReader, untilAborted, waitingLog } from '../commands/waiting-log.ts'

const { decode } = messageCodec(WinbackRecord)

/**
 * Every offer that was ever made to a customer with a user id, and those that are made from now on,
 * without copies, until `signal` aborts. While the log is away it waits. Throws
 * `EBB_RECORD_UNREADABLE`.
 */
export const followOffers = async function* (
  log: LogReader,
  { signal, onRetry }: Pick<RetryOptions, 'signal' | 'onRetry'>,
): AsyncGenerator<Offer, void> {
  const source = winbacksOf(waitingLog(log, { signal, onRetry }))
  yield* offersOf(untilAborted(topicMessages(source, { follow: true, signal })))
}

/** Every offer that was ever made to a customer with a user id. Throws as the log does. */
export const offersSoFar = async (log: LogReader): Promise<Offer[]> => {
  const { signal } = new AbortController()
  const offers: Offer[] = []
  const records = topicMessages(winbacksOf(log), { follow: false, signal })
  for await (const offer of offersOf(records)) offers.push(offer)
  return offers
}

const winbacksOf = (log: LogReader): TopicSource<WinbackRecord> => ({
  ...{ log, topic: WINBACKS, decode },
  instantOf: ({ decidedAt }) => decidedAt,
  identityOf: ({ decisionId }) => decisionId,
})

async function* offersOf(records: AsyncIterable<WinbackRecord>): AsyncGenerator<Offer, void> {
  for await (const record of records)
    if (record.userId !== undefined) yield offerOf(record, record.userId)
}

/** As the sender of the shop carries it out: in quiet hours it waits for the morning. */
const offerOf = (
  { decisionId, decidedAt, notBefore, treatment }: WinbackRecord,
  userId: string,
): Offer => ({
  ...{ decisionId, userId, kind: treatment.kind, decidedAt, at: notBefore ?? decidedAt },
  ...(treatment.coupon !== undefined && { code: treatment.coupon.code }),
})
