const SIZE_BYTES = 4
// size, API key, API version, correlation id
const CLIENT_ID_AT = 12

/** API keys of Kafka's protocol, as far as rules of a fault proxy name them. */
export const KAFKA_API = { produce: 0 } as const

/** What a request says of itself, its API's version apart. */
export interface RequestHeader {
  readonly apiKey: number
  readonly correlationId: number
  readonly clientId: string | undefined
}

/** Cuts a stream into its frames (the size in front, as sent), however the chunks fall. */
export const frameSplitter = (): ((chunk: Buffer) => Buffer[]) => {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const frames: Buffer[] = []
    while (rest.length >= SIZE_BYTES && rest.length >= frameLength(rest)) {
      frames.push(rest.subarray(0, frameLength(rest)))
      rest = rest.subarray(frameLength(rest))
    }
    return frames
  }
}

const frameLength = (bytes: Buffer): number => SIZE_BYTES + bytes.readInt32BE(0)

/** The header of a request's frame. */
export const requestHeader = (frame: Buffer): RequestHeader => {
  const clientIdLength = frame.readInt16BE(CLIENT_ID_AT)
  const clientIdFrom = CLIENT_ID_AT + 2
  return {
    apiKey: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId:
      clientIdLength < 0
        ? undefined
        : frame.toString('utf8', clientIdFrom, clientIdFrom + clientIdLength),
  }
}

/** The correlation id of a response's frame: that of its request. */
export const answeredRequest = (frame: Buffer): number => frame.readInt32BE(SIZE_BYTES)
