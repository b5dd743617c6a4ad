import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeap } from './event-heap.ts'

test('a heap gives back what was put in, least first, however pushes and pops alternate', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (commands) => {
      const heap = createHeap<number>((left, right) => left < right)
      const model: number[] = []
      for (const command of commands) {
        if (command === null) {
          expect(heap.pop()).toBe(model.shift())
        } else {
          heap.push(command)
          model.push(command)
          model.sort((left, right) => left - right)
        }
        expect(heap.peek()).toBe(model[0])
      }
    }),
  )
})
