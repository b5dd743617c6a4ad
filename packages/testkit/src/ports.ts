import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems hand to outgoing connections: an engine that was killed must find its
// port free when it starts again, and a client that keeps knocking at a closed port of that range can
// end up connected to itself.
const LOWEST = 15_000
const HIGHEST = 32_000
const TRIES = 100

/** A port of 127.0.0.1 on which nothing listens now; another process may still be faster. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} after ${TRIES} tries`)
}

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

const ATTEMPTS = 3

/** Runs `start` again, up to twice, where it failed because a port was taken meanwhile. */
export const withFreePorts = async <T>(start: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      const isTaken = /address (is )?already in use|port is already allocated|EADDRINUSE/i.test(
        (error as Error).message,
      )
      if (!isTaken || attempt === ATTEMPTS) throw error
    }
  }
}
