import {
  PROMOTION_TOLD_KEY,
  type PromotionTold,
  promotionToldCodec,
} from '@ebb/contracts/model-record'
import { modelSignalRecord } from '@ebb/contracts/model-signal'
import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { type ModelBook, modelOf, writeModels } from './model-book.ts'

/**
 * Tells every partition of `ebb.events.v1` of a promotion that not all were told of; resolves to what
 * it told. Killed in between, it is called again and tells the same: a copy has the same (at,
 * version), and changes nothing. So has what a second process tells meanwhile.
 */
export const tellPromotion = async (
  log: Pick<EventLog, 'partitions' | 'append'>,
  book: ModelBook,
): Promise<PromotionTold | undefined> => {
  const { promotion, told: before } = book
  if (promotion === undefined) return undefined
  const { version, at: decidedAt } = promotion
  if (before?.version === version && before.decidedAt === decidedAt) return undefined
  // The last promotion of the book counts, also where two were decided at once on two clocks.
  // Of two that were not told to the end, before and behind a kill, the later one counts as well.
  const at = before
    ? Math.max(decidedAt, before.at + Math.max(1, decidedAt - before.decidedAt))
    : decidedAt
  const signal = modelSignalRecord({ ...modelOf(book, version), at })
  const partitions = await log.partitions(EVENTS)
  for (let partition = 0; partition < partitions; partition += 1)
    await log.append({ topic: EVENTS, partition }, [signal])
  const told: PromotionTold = { version, decidedAt, at }
  await writeModels(log, { key: PROMOTION_TOLD_KEY, value: promotionToldCodec.encode(told) })
  return told
}
