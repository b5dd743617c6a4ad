import type { FastifyReply } from 'fastify'

/** Bytes of server-sent events; one frame may go to many. */
export type Frame = Buffer

/** An event as a frame; with `id`, the place to go on from. */
export const frameOf = (event: string, data: unknown, id?: string): Frame =>
  Buffer.from(
    `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
  )

/** Somebody who looks. */
export interface Viewer {
  /** Takes a frame, unless the viewer has left. */
  write(frame: Frame): void
  /** Resolves when what was written is on its way, or the viewer has left. */
  drained(): Promise<void>
  hasLeft(): boolean
  /** Ends the stream from here; a client comes back and goes on from its last id. */
  dismiss(): void
}

/** How somebody joins. */
export interface Joining {
  readonly reply: FastifyReply
  /** Asked from time to time: who is signed out is shown nothing more. */
  readonly isAllowed: () => boolean
  readonly onLeave?: () => void
}

/** Everybody who looks at one stream. */
export interface Audience {
  /** Begins the answer of a request as a stream. */
  join(joining: Joining): Viewer
  /** Writes a frame to everybody. */
  send(frame: Frame): void
  size(): number
  /** Ends every stream; who joins later is dismissed at once. */
  stop(): void
}

/** A connection on which nothing comes is taken for dead, by proxies too. */
const HEARTBEAT_MS = 10_000
/** Who is further behind is let go: they come back and go on from their last id. */
const MOST_BYTES_WAITING = 1_048_576
const HEARTBEAT = Buffer.from(':\n\n')
const BEGIN = Buffer.from('retry: 1000\n\n')

/** Streams of server-sent events with heartbeats, and without buffers that grow. */
export const audience = ({ heartbeatMs = HEARTBEAT_MS } = {}): Audience => {
  const seats = new Map<Viewer, Joining>()
  let isOver = false
  const timer = setInterval(() => {
    for (const [viewer, { isAllowed }] of seats) {
      if (isStillAllowed(isAllowed)) viewer.write(HEARTBEAT)
      else viewer.dismiss()
    }
  }, heartbeatMs)
  timer.unref()
  return {
    join: (joining) => {
      const viewer = begin(joining.reply)
      seats.set(viewer, joining)
      joining.reply.raw.once('close', () => {
        seats.delete(viewer)
        joining.onLeave?.()
      })
      // Who comes back while the server still listens would keep it from closing.
      if (isOver) viewer.dismiss()
      return viewer
    },
    send: (frame) => {
      for (const viewer of seats.keys()) viewer.write(frame)
    },
    size: () => seats.size,
    stop: () => {
      isOver = true
      clearInterval(timer)
      for (const viewer of seats.keys()) viewer.dismiss()
    },
  }
}

/** Who cannot be asked about is shown nothing: they come back, and hear why. */
const isStillAllowed = (isAllowed: () => boolean): boolean => {
  try {
    return isAllowed()
  } catch {
    return false
  }
}

const begin = (reply: FastifyReply): Viewer => {
  const { raw } = reply
  const headers = reply.getHeaders() as Record<string, string>
  reply.hijack()
  // A connection that breaks closes; there is nobody to tell.
  raw.on('error', () => {})
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.write(BEGIN)
  const hasLeft = (): boolean => raw.destroyed || raw.writableEnded
  return {
    write: (frame) => {
      if (hasLeft()) return
      raw.write(frame)
      if (raw.writableLength > MOST_BYTES_WAITING) raw.destroy()
    },
    drained: async () => {
      if (hasLeft() || !raw.writableNeedDrain) return
      await new Promise<void>((resolve) => {
        raw.once('drain', resolve)
        raw.once('close', resolve)
      })
    },
    hasLeft,
    dismiss: () => {
      raw.end()
    },
  }
}
