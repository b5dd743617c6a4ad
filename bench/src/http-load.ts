import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Where requests go. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly writeKey: string
}

const CONNECTIONS = 16

/** The bytes of POST requests with these bodies. */
export const postRequests = (
  { host, port, path, writeKey }: Target,
  bodies: readonly string[],
): readonly Buffer[] =>
  bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nX-Write-Key: ${writeKey}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  )

/**
 * Sends requests over 16 connections that are kept, each the next one when its last was answered.
 * On bare sockets: a general client costs more than what is measured, and would starve it on two
 * cores. Resolves to the time each took, in ms. Throws unless every answer is 2xx.
 */
export const sendAll = async (
  { host, port }: Target,
  requests: readonly Buffer[],
): Promise<readonly number[]> => {
  const latenciesMs: number[] = []
  let next = 0
  const connection = async (): Promise<void> => {
    const socket = connect({ host, port, noDelay: true })
    await once(socket, 'connect')
    const exchange = exchangesOn(socket)
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const sentAt = performance.now()
      await exchange(request)
      latenciesMs.push(performance.now() - sentAt)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  return latenciesMs
}

/** Sends a request and waits for its answer, one at a time. */
const exchangesOn = (socket: Socket): ((request: Buffer) => Promise<void>) => {
  let received = Buffer.alloc(0)
  let answered: PromiseWithResolvers<void> | undefined
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (!isWhole(received)) return
    if (received.toString('latin1', 9, 10) === '2') answered?.resolve()
    else answered?.reject(new Error(`Not accepted: ${received}`))
  })
  socket.on('error', (error) => answered?.reject(error))
  socket.on('close', () => answered?.reject(new Error('The server closed the connection')))
  return (request) => {
    received = Buffer.alloc(0)
    answered = Promise.withResolvers()
    socket.write(request)
    return answered.promise
  }
}

const END_OF_HEAD = '\r\n\r\n'

const isWhole = (received: Buffer): boolean => {
  const headEnd = received.indexOf(END_OF_HEAD)
  if (headEnd < 0) return false
  const head = received.toString('latin1', 0, headEnd)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1])
  if (Number.isNaN(length)) throw new Error(`An answer without a length: ${head}`)
  return received.length >= headEnd + END_OF_HEAD.length + length
}
