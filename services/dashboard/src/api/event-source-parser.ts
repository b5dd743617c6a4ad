/** One message of a stream of server-sent events. */
export interface ServerSentEvent {
  /** `message` unless named. */
  readonly event: string
  readonly data: string
  /** The last id of the stream so far. */
  readonly lastEventId: string
}

/**
 * Reads a stream of server-sent events from pieces that may end anywhere (HTML Standard, 9.2.6).
 * The function that comes back takes the next piece and gives the messages that it completes.
 */
export const eventSourceParser = (
  lastEventId = '',
): ((piece: string) => readonly ServerSentEvent[]) => {
  let rest = ''
  let id = lastEventId
  let event = ''
  let data: string[] = []
  const take = (line: string, done: ServerSentEvent[]): void => {
    if (line === '') {
      if (data.length > 0) {
        done.push({ event: event || 'message', data: data.join('\n'), lastEventId: id })
      }
      event = ''
      data = []
      return
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    if (field === 'id' && !value.includes('\0')) id = value
  }
  return (piece) => {
    const done: ServerSentEvent[] = []
    rest += piece
    // A CR at the end may be half of a CR LF: it waits for the next piece.
    for (let end = LINE_END.exec(rest); end !== null; end = LINE_END.exec(rest)) {
      take(rest.slice(0, end.index), done)
      rest = rest.slice(end.index + end[0].length)
    }
    return done
  }
}

const LINE_END = /\r\n|\n|\r(?!$)/
