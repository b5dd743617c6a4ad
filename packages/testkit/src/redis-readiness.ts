import { once } from 'node:events'
import { connect } from 'node:net'

/** Whether a Redis serves there: it loads no more, though it may want a password. */
export const redisAnswers = async (host: string, port: number): Promise<boolean> => {
  const socket = connect(port, host)
  try {
    socket.write('PING\r\n')
    const [reply] = (await once(socket, 'data')) as [Buffer]
    return /^(\+PONG|-NOAUTH)/.test(reply.toString())
  } finally {
    socket.destroy()
  }
}
