import { setTimeout as wait } from 'node:timers/promises'

/** One direction of the bytes through a proxy: they can be held up, and made late. */
export interface FlowGate {
  /** Nothing passes until `open`. */
  shut(): void
  open(): void
  /** What comes from now on passes so much later, and still in its order. */
  delay(ms: number): void
  /** Resolves when bytes may be read. */
  whenOpen(): Promise<void>
  /** Calls back when bytes that came now may go on: late, and not while shut. */
  queue(): FlowQueue
}

/** Keeps the order of what passes on one connection. */
export type FlowQueue = (pass: () => void) => void

/** Begins open and without delay. */
export const flowGate = (): FlowGate => {
  let opening: PromiseWithResolvers<void> | undefined
  let delayMs = 0
  const whenOpen = async (): Promise<void> => opening?.promise
  return {
    shut: () => {
      opening ??= Promise.withResolvers()
    },
    open: () => {
      opening?.resolve()
      opening = undefined
    },
    delay: (ms) => {
      delayMs = ms
    },
    whenOpen,
    queue: () => {
      let last = Promise.resolve()
      return (pass) => {
        const due = performance.now() + delayMs
        last = last
          .then(() => waitUntil(due))
          .then(whenOpen)
          .then(pass)
      }
    },
  }
}

const waitUntil = async (due: number): Promise<void> => {
  const ms = due - performance.now()
  // The connection keeps the process alive as long as anybody waits for the bytes.
  if (ms > 0) await wait(ms, undefined, { ref: false })
}
