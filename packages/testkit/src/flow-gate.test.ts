import { expect, test } from 'vitest'
import { flowGate } from './flow-gate.ts'

/** Queues the names one after another, and resolves when all have passed, to their order. */
const passing = () => {
  const passed: string[] = []
  return {
    passed,
    through: (queue: (pass: () => void) => void, name: string): Promise<void> =>
      new Promise((resolve) => queue(() => resolve(void passed.push(name)))),
  }
}

test('what comes late is not overtaken on its own connection, only on others', async () => {
  const gate = flowGate()
  const { passed, through } = passing()
  const [one, other] = [gate.queue(), gate.queue()]
  gate.delay(20)
  const late = through(one, 'late')
  gate.delay(0)
  await Promise.all([late, through(one, 'behind it'), through(other, 'elsewhere')])
  expect(passed).toEqual(['elsewhere', 'late', 'behind it'])
})

test('a shut gate holds what was queued, and all of it goes when it opens', async () => {
  const gate = flowGate()
  const { passed, through } = passing()
  const queue = gate.queue()
  gate.shut()
  const held = [through(queue, 'one'), through(queue, 'two')]
  let isOpen = false
  const opened = gate.whenOpen().then(() => {
    isOpen = true
  })
  await Promise.resolve()
  expect([isOpen, passed]).toEqual([false, []])
  gate.open()
  await Promise.all([opened, ...held])
  expect(passed).toEqual(['one', 'two'])
})
