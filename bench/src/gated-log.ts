import type { EventLog } from '@ebb/streaming/event-log'

/** A log whose consumers wait at a gate once they have their partitions. */
export interface GatedLog {
  readonly log: EventLog
  /** Resolves when so many partitions wait: whoever has them has done what comes before reading. */
  waiting(partitions: number): Promise<void>
  open(): void
}

/** Puts a gate before the records of a log: joining and acquiring are no part of a round. */
export const gatedLog = (log: EventLog): GatedLog => {
  const gate = Promise.withResolvers<void>()
  let waiting = 0
  let awaited = Number.POSITIVE_INFINITY
  let resolve = (): void => {}
  const check = (): void => {
    if (waiting >= awaited) resolve()
  }
  return {
    log: {
      ...log,
      consume: (group, topic, listener) =>
        log.consume(group, topic, {
          ...listener,
          assigned: async (partition) => {
            const offset = await listener.assigned(partition)
            waiting += 1
            check()
            await gate.promise
            return offset
          },
        }),
    },
    waiting: (partitions) =>
      new Promise((done) => {
        awaited = partitions
        resolve = done
        check()
      }),
    open: gate.resolve,
  }
}
