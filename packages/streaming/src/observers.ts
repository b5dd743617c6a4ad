import type { PartitionObserver } from './processor-options.ts'

/** One observer that passes everything on to several, in the order given. */
export const observers = <Acquired, Committed>(
  ...all: readonly PartitionObserver<Acquired, Committed>[]
): PartitionObserver<Acquired, Committed> => ({
  retrying: (event) => each(all, (one) => one.retrying?.(event)),
  fenced: (partition) => each(all, (one) => one.fenced?.(partition)),
  acquired: (event) => each(all, (one) => one.acquired?.(event)),
  committed: (event) => each(all, (one) => one.committed?.(event)),
  revoked: (partition) => each(all, (one) => one.revoked?.(partition)),
})

const each = <T>(all: readonly T[], call: (one: T) => void): void => {
  for (const one of all) call(one)
}
