import { once } from 'node:events'
import { connect } from 'node:net'

const METADATA = 3
const VERSION = 1
const CORRELATION = 7
const BROKERS_AT = 8
const PATIENCE_MS = 2000

/** Whether a broker there answers, without TLS or SASL, and knows of a broker that serves. */
export const kafkaAnswers = async (host: string, port: number): Promise<boolean> => {
  const socket = connect(port, host).setTimeout(PATIENCE_MS, () =>
    socket.destroy(new Error('no answer')),
  )
  try {
    socket.write(metadataRequest())
    const response = await firstBytes(socket, BROKERS_AT + 4)
    return response.readInt32BE(4) === CORRELATION && response.readInt32BE(BROKERS_AT) > 0
  } finally {
    socket.destroy()
  }
}

/** Size, API key, API version, correlation id, no client id, no topics. */
const metadataRequest = (): Buffer => {
  const request = Buffer.alloc(18)
  request.writeInt32BE(request.length - 4, 0)
  request.writeInt16BE(METADATA, 4)
  request.writeInt16BE(VERSION, 6)
  request.writeInt32BE(CORRELATION, 8)
  request.writeInt16BE(-1, 12)
  return request
}

const firstBytes = async (socket: ReturnType<typeof connect>, length: number): Promise<Buffer> => {
  let read = Buffer.alloc(0)
  while (read.length < length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    read = Buffer.concat([read, chunk])
  }
  return read
}
