import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timerQueue } from './timer-queue.ts'

/** Whoever looks at all timers moves those that were put off: some steps do not. */
const looks = fc.boolean()
const step = fc.oneof(
  fc.record({
    key: fc.constantFrom(...'abcdefgh'),
    due: fc.option(fc.nat(50), { nil: undefined }),
    looks,
  }),
  fc.record({ clock: fc.nat(50), looks }),
)

test('takes exactly what a sorted list would, whatever is armed, moved or disarmed between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = timerQueue()
      const model = new Map<string, number>()
      const first = () =>
        [...model]
          .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
          .map(([key, due]) => ({ key, due }))[0]
      for (const each of steps) {
        if ('key' in each) {
          queue.arm(each.key, each.due)
          if (each.due === undefined) model.delete(each.key)
          else model.set(each.key, each.due)
        } else {
          const expected = first()
          const taken = expected !== undefined && expected.due <= each.clock ? expected : undefined
          expect(queue.takeDue(each.clock)).toEqual(taken)
          if (taken) model.delete(taken.key)
        }
        const due = first()?.due
        expect(queue.firstDue(25)).toBe(due !== undefined && due <= 25 ? due : undefined)
        if (each.looks) {
          expect(queue.peekDue(Infinity, 1)).toEqual(first() ? [first()!.key] : [])
          expect(queue.firstDue(Infinity)).toBe(due)
        }
      }
    }),
  )
})

test('peeks at the keys that are due and leaves them armed', () => {
  const queue = timerQueue()
  for (const [key, due] of [
    ['c', 3],
    ['a', 1],
    ['b', 1],
    ['z', 9],
  ] as const)
    queue.arm(key, due)
  expect(queue.peekDue(5, 2)).toEqual(['a', 'b'])
  expect(queue.peekDue(5, 10)).toEqual(['a', 'b', 'c'])
  expect(queue.takeDue(5)).toEqual({ key: 'a', due: 1 })
})
