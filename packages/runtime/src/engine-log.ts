import type { NoticeListener } from '@ebb/streaming/engine-notice'
import type { Logger } from './logger.ts'

const SAME_WORDS_EVERY_MS = 60_000
const MOST_WORDS = 100

/** Logs what engines say, the same words once a minute: one that is away says them again and again. */
export const engineLog = (logger: Logger): NoticeListener => {
  const toldAt = new Map<string, number>()
  return ({ message, error: err, isDetail = false }) => {
    if (isDetail) return logger.debug(message)
    const now = performance.now()
    if (now - (toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < SAME_WORDS_EVERY_MS) return
    if (toldAt.size >= MOST_WORDS) toldAt.clear()
    toldAt.set(message, now)
    logger.warn({ err }, message)
  }
}
