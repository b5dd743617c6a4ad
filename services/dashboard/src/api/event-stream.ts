import { tellDenied } from './api-client.ts'
import { eventSourceParser, type ServerSentEvent } from './event-source-parser.ts'

/** How a stream is doing. */
export type Connection = 'connecting' | 'open' | 'lost'

/** A stream to listen to. */
interface StreamSettings {
  /** Below `/api`. */
  readonly path: string
  readonly onEvent: (event: ServerSentEvent) => void
  readonly onConnection: (connection: Connection) => void
}

const LONGEST_WAIT_MS = 15_000
/** The server sends something each second; a connection that is silent for so long is dead. */
const SILENCE_MS = 20_000

/**
 * Listens until the function that comes back is called. A lost connection is made again, after
 * growing waits and at once when the network is back, behind the last id that was heard. It is
 * read by `fetch` and not by `EventSource`, which gives up for good at a status of 5xx and then
 * forgets that id.
 */
export const openStream = ({ path, onEvent, onConnection }: StreamSettings): (() => void) => {
  const closing = new AbortController()
  let lastEventId = ''
  const listen = async (failures: number): Promise<void> => {
    let misses = failures + 1
    const onOpen = (): void => {
      misses = 0
      onConnection('open')
    }
    try {
      await readStream({ path, lastEventId, signal: closing.signal, onOpen }, (event) => {
        lastEventId = event.lastEventId
        onEvent(event)
      })
    } catch {
      // Told by onConnection below.
    }
    if (closing.signal.aborted) return
    onConnection('lost')
    await pause(Math.min(1_000 * 2 ** misses, LONGEST_WAIT_MS), closing.signal)
    if (!closing.signal.aborted) return listen(misses)
  }
  onConnection('connecting')
  listen(0)
  return () => closing.abort()
}

interface Reading {
  readonly path: string
  readonly lastEventId: string
  readonly signal: AbortSignal
  readonly onOpen: () => void
}

const readStream = async (
  { path, lastEventId, signal, onOpen }: Reading,
  onEvent: (event: ServerSentEvent) => void,
): Promise<void> => {
  const watch = new AbortController()
  const response = await fetch(`/api${path}`, {
    signal: AbortSignal.any([signal, watch.signal]),
    cache: 'no-store',
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId !== '' && { 'last-event-id': lastEventId }),
    },
  })
  if (response.status === 401) tellDenied()
  if (!response.ok || response.body === null) return
  onOpen()
  const parse = eventSourceParser(lastEventId)
  let watchdog = setTimeout(() => watch.abort(), SILENCE_MS)
  try {
    for await (const piece of piecesOf(response.body)) {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => watch.abort(), SILENCE_MS)
      for (const event of parse(piece)) onEvent(event)
    }
  } finally {
    clearTimeout(watchdog)
  }
}

async function* piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
}

const pause = (waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = new AbortController()
    const end = (): void => {
      clearTimeout(timer)
      done.abort()
      resolve()
    }
    const timer = setTimeout(end, waitMs)
    addEventListener('online', end, { signal: done.signal })
    signal.addEventListener('abort', end, { signal: done.signal })
  })
