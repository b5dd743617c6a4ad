/** A key and the instant at which its timer is due. */
export interface DueTimer {
  readonly key: string
  readonly due: number
}

/**
 * One timer a key, in memory, derived from state. Re-arming is lazy: a later due time only
 * replaces the number in a map, and the heap looks again when the old one comes up.
 */
export interface TimerQueue {
  /** Arms, moves or (with `undefined`) disarms the timer of a key. */
  arm(key: string, due: number | undefined): void
  /** Takes the first timer due at `clock` or earlier, in order of (due, key). */
  takeDue(clock: number): DueTimer | undefined
  /** When the first timer is due; `undefined` where none is, at `until` or earlier. */
  firstDue(until: number): number | undefined
  /** Disarms all. */
  clear(): void
  /** The keys of up to `limit` timers due at `clock` or earlier, none of them taken. */
  peekDue(clock: number, limit: number): string[]
}

/** `due`: when it fires; `queued`: the one heap entry that counts, never later than `due`. */
interface Armed {
  due: number | undefined
  queued: number
}

/** An empty queue. */
export const timerQueue = (): TimerQueue => {
  const armedByKey = new Map<string, Armed>()
  const heap: DueTimer[] = []

  const queue = (key: string, armed: Armed, due: number): void => {
    armed.queued = due
    push(heap, { key, due })
  }
  /** What is queued behind `until` is not looked at: it may have been put off many times. */
  const firstBy = (until: number): DueTimer | undefined => {
    while (heap.length > 0) {
      const top = heap[0]!
      if (top.due > until) return undefined
      const armed = armedByKey.get(top.key)
      const counts = armed?.queued === top.due
      if (counts && armed.due === top.due) return top
      pop(heap)
      if (!counts) continue
      if (armed.due === undefined) armedByKey.delete(top.key)
      else queue(top.key, armed, armed.due)
    }
    return undefined
  }
  const take = (clock: number): DueTimer | undefined => {
    const top = firstBy(clock)
    if (top === undefined) return undefined
    pop(heap)
    armedByKey.delete(top.key)
    return top
  }
  const arm = (key: string, due: number | undefined): void => {
    const armed = armedByKey.get(key)
    if (armed !== undefined) {
      armed.due = due
      if (due !== undefined && due < armed.queued) queue(key, armed, due)
    } else if (due !== undefined) {
      const fresh: Armed = { due, queued: due }
      armedByKey.set(key, fresh)
      queue(key, fresh, due)
    }
  }
  return {
    arm,
    takeDue: take,
    firstDue: (until) => firstBy(until)?.due,
    clear: () => {
      armedByKey.clear()
      heap.length = 0
    },
    peekDue: (clock, limit) => {
      const taken: DueTimer[] = []
      while (taken.length < limit) {
        const next = take(clock)
        if (next === undefined) break
        taken.push(next)
      }
      for (const timer of taken) arm(timer.key, timer.due)
      return taken.map((timer) => timer.key)
    },
  }
}

const before = (a: DueTimer, b: DueTimer): boolean =>
  a.due < b.due || (a.due === b.due && a.key < b.key)

const push = (heap: DueTimer[], item: DueTimer): void => {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(item, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

const pop = (heap: DueTimer[]): void => {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
    if (!before(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
