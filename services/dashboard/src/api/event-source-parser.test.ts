import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventSourceParser, type ServerSentEvent } from './event-source-parser.ts'

const readAll = (...pieces: string[]): ServerSentEvent[] => {
  const parse = eventSourceParser()
  return pieces.flatMap((piece) => parse(piece))
}

const line = fc.string().map((text) => text.replace(/[\r\n\0]/g, ' '))
const message = fc.record({ event: line.filter(Boolean), data: line, lastEventId: line })

describe('a stream of server-sent events', () => {
  test('is read alike wherever it is cut, with any line ends', () => {
    fc.assert(
      fc.property(
        fc.array(message),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(200)),
        (messages, end, cuts) => {
          const lines = messages.flatMap(({ event, data, lastEventId }) => [
            ...[`id: ${lastEventId}`, `event: ${event}`, `data: ${data}`, ''],
          ])
          // A last CR waits for what may be its LF, so something follows.
          const text = `${lines.map((each) => each + end).join('')}:${end}`
          expect(readAll(...cut(text, cuts))).toEqual(messages)
        },
      ),
    )
  })

  test('keeps the last id for events that have none', () => {
    expect(readAll('id: 3.1\n\nevent: live\ndata: {}\n\ndata: a\ndata: b\n\n')).toEqual([
      { event: 'live', data: '{}', lastEventId: '3.1' },
      { event: 'message', data: 'a\nb', lastEventId: '3.1' },
    ])
  })

  test('goes on from the id of the connection before', () => {
    expect(eventSourceParser('7')('data: x\n\n')).toEqual([
      { event: 'message', data: 'x', lastEventId: '7' },
    ])
  })

  test('has nothing to say of heartbeats, retries and halves', () => {
    expect(readAll(':\n\n', 'retry: 1000\n\n', 'event: live\n\n', 'data: half')).toEqual([])
  })
})

const cut = (text: string, cuts: readonly number[]): string[] => {
  const places = [0, ...cuts.map((place) => Math.min(place, text.length)), text.length].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((place, index) => text.slice(places[index], place))
}
