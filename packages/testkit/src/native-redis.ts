import { type NativeEngine, startNativeEngine, temporaryFolder } from './native-engine.ts'
import { freePort, withFreePorts } from './ports.ts'
import { redisProgram } from './redis-program.ts'
import { redisAnswers } from './redis-readiness.ts'

/** How a Redis of one's own is started. */
export interface NativeRedisOptions {
  /** Further arguments of redis-server, after (and so above) those of the testkit. */
  readonly args?: readonly string[]
}

/** A Redis server of one's own. */
export interface NativeRedis extends NativeEngine {
  readonly url: string
  readonly port: number
  readonly version: string
}

/**
 * Starts a Redis server with an append-only file (fsync every second) on 127.0.0.1. Resolves when it
 * answers. Throws where there is no Redis.
 */
export const startNativeRedis = async (options: NativeRedisOptions = {}): Promise<NativeRedis> => {
  const { program, version } = await redisProgram()
  return withFreePorts(async () => {
    const port = await freePort()
    const folder = temporaryFolder('redis')
    const engine = await startNativeEngine({
      name: 'Redis',
      program,
      args: [...settings(port, folder), ...(options.args ?? [])],
      folder,
      isReady: () => redisAnswers('127.0.0.1', port),
    })
    return Object.assign(engine, { url: `redis://127.0.0.1:${port}`, port, version })
  })
}

const settings = (port: number, folder: string): string[] => [
  ...['--port', String(port)],
  ...['--bind', '127.0.0.1'],
  ...['--dir', folder],
  ...['--save', ''],
  ...['--appendonly', 'yes'],
  ...['--appendfsync', 'everysec'],
]
