import type { NoticeListener } from '@ebb/streaming/engine-notice'

const SAID_AGAIN_AFTER_MS = 10_000
const REMEMBERED = 200

/** Passes the same words on once in ten seconds: kafkajs says everything again at each retry. */
export const seldom = (onNotice: NoticeListener): NoticeListener => {
  const saidAt = new Map<string, number>()
  return (notice) => {
    const now = performance.now()
    const last = saidAt.get(notice.message)
    if (last !== undefined && now - last < SAID_AGAIN_AFTER_MS) return
    if (saidAt.size >= REMEMBERED) saidAt.clear()
    saidAt.set(notice.message, now)
    onNotice(notice)
  }
}
