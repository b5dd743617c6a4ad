import { setTimeout as wait } from 'node:timers/promises'

/** Runs one piece of work after the other, in the order given, also behind one that failed. */
export type InTurn = <T>(work: () => Promise<T> | T) => Promise<T>

/** A queue of its own for pieces of work. */
export const takingTurns = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
}

/** Writes what many callers add with one write. */
export interface GroupCommit<T> {
  /** In the order of calls. Resolves when the items are written, rejects where their write did. */
  add(items: readonly T[]): Promise<void>
  /** Resolves when all that was added is written or has failed. */
  settled(): Promise<void>
}

/** How long a group waits for more: its callers share one fdatasync. */
const TICK_MS = 5

/** Groups what is added within 5 ms, or while the group before is being written. */
export const groupCommit = <T>(
  write: (items: readonly T[]) => Promise<void>,
  inTurn: InTurn,
): GroupCommit<T> => {
  let filling: { readonly items: T[]; readonly written: Promise<void> } | undefined
  const begin = () => {
    const items: T[] = []
    const close = () => {
      filling = undefined
      return write(items)
    }
    return { items, written: wait(TICK_MS).then(() => inTurn(close)) }
  }
  return {
    add: (added) => {
      filling ??= begin()
      for (const item of added) filling.items.push(item)
      return filling.written
    },
    settled: async () => {
      await filling?.written.catch(() => undefined)
      await inTurn(() => undefined)
    },
  }
}
