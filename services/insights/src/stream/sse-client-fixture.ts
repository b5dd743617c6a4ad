/** One event as a client reads it. */
export interface ReadEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** A client of a stream of server-sent events. */
export interface SseClient {
  readonly status: number
  readonly headers: Headers
  /** The next event of a name that satisfies a condition; those before are dropped. */
  next(event: string, isWanted?: (data: never) => boolean): Promise<ReadEvent>
  /** Resolves when the server ends the stream. */
  ended(): Promise<void>
  leave(): void
}

/** Opens a stream and reads it as a browser does. */
export const openSse = async (url: string, headers: Record<string, string>): Promise<SseClient> => {
  const leaving = new AbortController()
  const response = await fetch(url, { headers, signal: leaving.signal })
  const events = eventsOf(response)
  return {
    status: response.status,
    headers: response.headers,
    next: async (event, isWanted = () => true) => {
      for (;;) {
        const { value, done } = await events.next()
        if (done) throw new Error(`the stream ended before ${event}`)
        if (value.event === event && isWanted(value.data as never)) return value
      }
    },
    ended: async () => {
      while (!(await events.next()).done);
    },
    leave: () => leaving.abort(),
  }
}

async function* eventsOf(response: Response): AsyncGenerator<ReadEvent, void> {
  const text = response.body!.pipeThrough(new TextDecoderStream())
  let rest = ''
  let id = ''
  for await (const piece of text) {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon), line.slice(colon + 1).trim()]
        }),
      )
      id = fields.get('id') ?? id
      const data = fields.get('data')
      if (data !== undefined)
        yield { id, event: fields.get('event') ?? 'message', data: JSON.parse(data) }
    }
  }
}
