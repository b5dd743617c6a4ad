import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SseEvent, sseEvents } from './sse-events.ts'

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const event = fc.record({ event: word, data: word, id: word }, { requiredKeys: ['event', 'data'] })
const frame = ({ event, data, id }: SseEvent): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`

test('events are found whatever the pieces in which they come', () => {
  fc.assert(
    fc.property(fc.array(event as fc.Arbitrary<SseEvent>), fc.array(fc.nat(200)), (sent, cuts) => {
      const text = `retry: 1000\n\n${sent.map(frame).join(':\n\n')}`
      const ends = [...cuts.map((cut) => Math.min(cut, text.length)), text.length]
      const take = sseEvents()
      const found: SseEvent[] = []
      let from = 0
      for (const end of ends.toSorted((a, b) => a - b)) {
        found.push(...take(text.slice(from, end)))
        from = end
      }
      expect(found).toEqual(sent)
    }),
  )
})

test('an event without a name is a message', () => {
  expect(sseEvents()('data: 1\n\n')).toEqual([{ event: 'message', data: '1' }])
})

test('a place alone is told without data', () => {
  expect(sseEvents()(':\n\nid: 1.2\n\n')).toEqual([{ event: 'message', data: '', id: '1.2' }])
})
