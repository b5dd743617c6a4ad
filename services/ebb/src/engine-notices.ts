import type { EngineNotice, NoticeListener } from '@ebb/streaming/engine-notice'

/** What there is to know is said once, while engines are opened: whoever hears later hears it too. */
const KEPT = 20

/** All that engines say, and who hears it. */
export interface EngineNotices {
  readonly say: NoticeListener
  /** An engine failed in a way that may pass. */
  readonly sayFault: (error: Error) => void
  /** From now on `listener` hears it, and nobody else; first what there was to know before. */
  readonly hear: (listener: NoticeListener) => void
}

/** Notices that `listener` hears at first. */
export const engineNotices = (listener: NoticeListener): EngineNotices => {
  let hearing = listener
  let known: EngineNotice[] = []
  const say: NoticeListener = (notice) => {
    if (notice.error === undefined && !notice.isDetail) known = [...known, notice].slice(-KEPT)
    hearing(notice)
  }
  return {
    say,
    sayFault: (error) => say({ message: error.message, error }),
    hear: (another) => {
      hearing = another
      for (const notice of known) another(notice)
    },
  }
}

/** A fault that passes sooner is nobody's business: brokers have many while they start. */
const PASSES_WITHIN_MS = 5_000
/** One fault is said again and again, though the same words only every ten seconds. */
const OVER_AFTER_MS = 11_000
const TOLD_AGAIN_AFTER_MS = 15_000

/**
 * Tells a person who waits for the end of a command why it does not come: of faults that last, and
 * not of each of their words. `now` is in ms, on a clock that only goes forward.
 */
export const lastingFaults = (tell: (line: string) => void, now: () => number): NoticeListener => {
  let begunAt = Number.NEGATIVE_INFINITY
  let heardAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  return ({ message, error }) => {
    if (error === undefined) return
    const at = now()
    if (at - heardAt > OVER_AFTER_MS) begunAt = at
    heardAt = at
    if (at - begunAt < PASSES_WITHIN_MS || at - toldAt < TOLD_AGAIN_AFTER_MS) return
    toldAt = at
    tell(`Still waiting: ${message}`)
  }
}
