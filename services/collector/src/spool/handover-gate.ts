/** Holds callers back for a moment. */
export interface HandoverGate {
  /** From now on callers wait. Does nothing where they do already. */
  close(): void
  /** Lets all callers pass. Does nothing where they do already. */
  open(): void
  /** Resolves when the gate is open. */
  passed(): Promise<void>
}

/** A gate that opens by itself after `longestMs`. */
export const handoverGate = (longestMs: number): HandoverGate => {
  let closed: PromiseWithResolvers<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const open = () => {
    clearTimeout(timer)
    closed?.resolve()
    closed = undefined
  }
  return {
    close: () => {
      if (closed !== undefined) return
      closed = Promise.withResolvers()
      timer = setTimeout(open, longestMs)
    },
    open,
    passed: async () => {
      while (closed !== undefined) await closed.promise
    },
  }
}
