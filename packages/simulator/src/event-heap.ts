/** A priority queue: `pop` takes the least item by the order it was made with. */
export type Heap<T> = {
  push: (item: T) => void
  pop: () => T | undefined
  peek: () => T | undefined
}

/** A binary heap. `before` must be a strict total order, or equal items come out in any order. */
export const createHeap = <T>(before: (left: T, right: T) => boolean): Heap<T> => {
  const items: T[] = []
  return {
    peek: () => items[0],
    push: (item) => {
      items.push(item)
      siftUp(items, before)
    },
    pop: () => {
      const least = items[0]
      const last = items.pop()
      if (items.length > 0) {
        items[0] = last!
        siftDown(items, before)
      }
      return least
    },
  }
}

const siftUp = <T>(items: T[], before: (left: T, right: T) => boolean): void => {
  for (let at = items.length - 1; at > 0; ) {
    const parent = (at - 1) >> 1
    if (!before(items[at]!, items[parent]!)) return
    swap(items, at, parent)
    at = parent
  }
}

const siftDown = <T>(items: T[], before: (left: T, right: T) => boolean): void => {
  for (let at = 0; ; ) {
    let least = at
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < items.length && before(items[child]!, items[least]!)) least = child
    }
    if (least === at) return
    swap(items, at, least)
    at = least
  }
}

const swap = <T>(items: T[], left: number, right: number): void => {
  const item = items[left]!
  items[left] = items[right]!
  items[right] = item
}
