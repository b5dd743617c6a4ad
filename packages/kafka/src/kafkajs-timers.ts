import { createRequire } from 'node:module'

/** The part of kafkajs's queue of requests on one connection that is of concern. */
interface RequestQueue {
  readonly pending: readonly unknown[]
  /** On the clock of `Date.now()`; -1 where the broker never asked us to slow down. */
  readonly throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
}

const LOOK_AGAIN_AFTER_MS = 10

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
  const waitMs = Math.max(LOOK_AGAIN_AFTER_MS, this.throttledUntil - Date.now())
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, waitMs)
}

/**
 * kafkajs 2.2.4 looks for waiting requests again and again, by a timer with a negative delay, also
 * where none waits: a thousand times a second on each connection, which takes one percent of a core,
 * and for which Node prints a TimeoutNegativeWarning. Its last release has that, so its method is
 * replaced by one that sets a timer only while a request waits.
 */
export const calmTimers = (): void => {
  const load = createRequire(import.meta.url)
  const queue = load('kafkajs/src/network/requestQueue/index.js') as { prototype: object }
  Object.assign(queue.prototype, { scheduleCheckPendingRequests })
}
