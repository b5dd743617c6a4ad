/** One event of a stream of server-sent events. */
export interface SseEvent {
  readonly event: string
  /** Empty where only a place is told. */
  readonly data: string
  /** The place to go on from. */
  readonly id?: string
}

/**
 * Puts a stream of server-sent events together from pieces that may end anywhere: each call takes the
 * next piece and gives the events that it completes. Comments are none.
 */
export const sseEvents = (): ((piece: string) => readonly SseEvent[]) => {
  let rest = ''
  return (piece) => {
    const blocks = (rest + piece).split('\n\n')
    rest = blocks.pop()!
    return blocks.flatMap((block) => eventOf(block) ?? [])
  }
}

const eventOf = (block: string): SseEvent | undefined => {
  const lines = block.split('\n')
  const fieldOf = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  const [data, id, event = 'message'] = ['data', 'id', 'event'].map(fieldOf)
  if (data === undefined && id === undefined) return undefined
  return { event, data: data ?? '', ...(id !== undefined && { id }) }
}
