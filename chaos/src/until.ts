import { setTimeout as wait } from 'node:timers/promises'

/** What is waited for, and how patiently. */
export interface Awaited {
  /** Ends the sentence "waited in vain for …". */
  readonly what: string
  /** 90 s unless given: a session of a consumer group (10 s) may end several times over. */
  readonly withinMs?: number
  /** Between two looks: 200 ms unless given, for most of them ask every partition. */
  readonly everyMs?: number
}

const PATIENCE_MS = 90_000
const LOOK_EVERY_MS = 200

/**
 * Asks again and again until the answer is true. A check that throws counts as "not yet", for an
 * engine may be away. Throws at the deadline, with what the check threw last.
 */
export const until = async (
  { what, withinMs = PATIENCE_MS, everyMs = LOOK_EVERY_MS }: Awaited,
  check: () => Promise<boolean> | boolean,
): Promise<void> => {
  const giveUpAt = performance.now() + withinMs
  let cause: unknown
  while (performance.now() < giveUpAt) {
    try {
      if (await check()) return
      cause = undefined
    } catch (error) {
      cause = error
    }
    await wait(everyMs)
  }
  const why = cause === undefined ? '' : `: ${(cause as Error).message}`
  throw new Error(`waited in vain for ${what}, ${withinMs} ms long${why}`, { cause })
}

/** Resolves when a count is larger than at the first look. */
export const untilMore = async (
  what: string,
  count: () => Promise<number> | number,
): Promise<void> => {
  let before: number | undefined
  await until({ what }, async () => {
    before ??= await count()
    return (await count()) > before
  })
}
