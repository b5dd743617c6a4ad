import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import type { SentAt } from './paced-load.ts'

/** Who hears marks in a topic. */
export interface MarkListener {
  /** Resolves when so many marks were heard since the last call; then to how late each was, in ms. */
  heard(marks: number): Promise<readonly number[]>
  stop(): Promise<void>
}

/** Where marks are heard. */
export interface Listening {
  readonly topic: string
  /** The mark that a record tells of, if any. */
  readonly markOf: (record: LogRecord) => string | undefined
  readonly sentAt: SentAt
}

/** Longer than any backlog of a round: a mark that has not come by then never will. */
const LOST_AFTER_MS = 120_000

/** Listens to a topic from its beginning; a mark that was not sent, or comes again, is passed over. */
export const listenForMarks = async (
  log: EventLog,
  { topic, markOf, sentAt }: Listening,
): Promise<MarkListener> => {
  let delaysMs: number[] = []
  let seen = new Set<string>()
  let check = (): void => {}
  const take = (record: LogRecord): void => {
    const mark = markOf(record)
    const due = mark === undefined ? undefined : sentAt.get(mark)
    if (due === undefined || seen.has(mark!)) return
    seen.add(mark!)
    delaysMs.push(performance.now() - due)
  }
  const { stop } = await log.consume(`listener-${topic}`, topic, {
    assigned: async () => 0,
    batch: async (_partition, records) => {
      records.forEach(take)
      check()
      return records.at(-1)!.offset + 1
    },
    revoked: () => {},
    halted: (error) => {
      throw error
    },
  })
  const enough = (marks: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${delaysMs.length} of ${marks} were heard in ${topic}`))
      }, LOST_AFTER_MS)
      check = () => {
        if (delaysMs.length < marks) return
        clearTimeout(timer)
        resolve()
      }
      check()
    })
  return {
    stop,
    heard: async (marks) => {
      await enough(marks)
      const all = delaysMs
      delaysMs = []
      seen = new Set()
      return all
    },
  }
}
