const ADVISE_EVERY_MS = 1_000

/** Offsets by partition on their way to the broker, where lag tools read them. */
export interface Advice {
  /** Takes the place of what was noted for the partition before; sent within a second. */
  note(partition: number, offset: number): void
  /** Drops what was noted and not sent. */
  forget(): void
  /** Sends what was noted; resolves when that was tried. */
  flush(): Promise<void>
}

/**
 * Collects offsets and commits them together, once a second and one call at a time. What could not
 * be sent is kept for the next call.
 */
export const brokerAdvice = (
  commit: (offsets: ReadonlyMap<number, number>) => Promise<void>,
  onFailure: (error: Error) => void,
): Advice => {
  let noted = new Map<number, number>()
  let timer: NodeJS.Timeout | undefined
  let sending = Promise.resolve()

  const send = async (): Promise<void> => {
    const offsets = noted
    if (offsets.size === 0) return
    noted = new Map()
    try {
      await commit(offsets)
    } catch (error) {
      noted = new Map([...offsets, ...noted])
      onFailure(error as Error)
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    sending = sending.then(send)
    return sending
  }
  return {
    note: (partition, offset) => {
      noted.set(partition, offset)
      timer ??= setTimeout(flush, ADVISE_EVERY_MS)
    },
    forget: () => {
      noted = new Map()
    },
    flush,
  }
}
