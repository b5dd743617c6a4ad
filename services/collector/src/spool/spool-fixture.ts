import { createLogger, type Logger } from '@ebb/runtime/logger'
import type { EventLog, LogRecord, NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'

/** A record of a customer. */
export const record = (key: string, text: string): NewRecord => ({ key, value: Buffer.from(text) })

/** The text of a record. */
export const textOf = ({ value }: Pick<LogRecord, 'value'>): string =>
  Buffer.from(value).toString('utf8')

/** How a log behaves; `partly` is without its partition 0, `answers lost` appends and then fails. */
export type LogState = 'there' | 'away' | 'partly' | 'silent' | 'answers lost'

/** A log whose broker comes and goes. */
export interface FaultyLog {
  readonly log: EventLog
  /** What waits for a silent log goes on in the new state. */
  turn(state: LogState): void
}

/** Puts faults before a log; the order of calls is kept, as the port has it. */
export const faultyLog = (log: EventLog, first: LogState = 'there'): FaultyLog => {
  let state = first
  let turned = Promise.withResolvers<void>()
  let last: Promise<unknown> = Promise.resolve()
  const answered = async () => {
    while (state === 'silent') await turned.promise
  }
  const reach = async (partition?: number) => {
    await answered()
    const isAway = state === 'away' || (state === 'partly' && partition === 0)
    if (isAway) throw new TransientError('EBB_TEST_AWAY', 'no broker answers')
  }
  const append = async (to: TopicPartition, records: readonly NewRecord[]) => {
    await reach(to.partition)
    const isLost = state === 'answers lost'
    const offset = await log.append(to, records)
    if (isLost) throw new TransientError('EBB_TEST_LOST', 'the connection broke')
    return offset
  }
  return {
    log: {
      ...log,
      partitions: async (topic) => {
        await reach()
        return log.partitions(topic)
      },
      read: async (from, offset, limit) => {
        await reach(from.partition)
        return log.read(from, offset, limit)
      },
      append: (to, records) => {
        const done = last.then(() => append(to, records))
        last = done.catch(() => undefined)
        return done
      },
    },
    turn: (next) => {
      state = next
      turned.resolve()
      turned = Promise.withResolvers()
    },
  }
}

/** A logger that can be waited on. */
export interface HeardLogger {
  readonly logger: Logger
  /** The messages so far. */
  readonly messages: readonly string[]
  /** Resolves when a message, past or to come, has this text in it. Each is waited for once. */
  heard(text: string): Promise<void>
}

/** A logger whose messages are kept. */
export const heardLogger = (): HeardLogger => {
  const messages: string[] = []
  const unheard: string[] = []
  let spoken = Promise.withResolvers<void>()
  const write = (line: string) => {
    const { msg, err } = JSON.parse(line) as { msg: string; err?: { message: string } }
    const message = err === undefined ? msg : `${msg}: ${err.message}`
    messages.push(message)
    unheard.push(message)
    spoken.resolve()
    spoken = Promise.withResolvers()
  }
  return {
    logger: createLogger({ service: 'collector', level: 'info', destination: { write } }),
    messages,
    heard: async (text) => {
      for (;;) {
        const at = unheard.findIndex((message) => message.includes(text))
        if (at >= 0) return void unheard.splice(at, 1)
        await spoken.promise
      }
    },
  }
}
