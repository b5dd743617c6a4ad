import { startNativeKafka } from '@ebb/testkit/native-kafka'
import { startNativePostgres } from '@ebb/testkit/native-postgres'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import type { EngineName, Engines } from './benchmark.ts'

/** Engines of a run, as far as this machine has them. */
export interface BenchEngines {
  readonly engines: Engines
  /** Why there is none of what is not there. */
  readonly missing: Readonly<Partial<Record<EngineName, string>>>
  stop(): Promise<void>
}

/** Both compilers of the JVM: this broker runs for minutes, unlike one of short tests. */
const JAVA_OPTIONS = ['-Xms512m', '-Xmx512m', '-XX:+UseSerialGC']
/** No rewriting: it would fall into the round of one contestant and not of another. */
const REDIS_ARGS = ['--auto-aof-rewrite-percentage', '0']

const STARTERS = {
  kafka: async () => {
    const engine = await startNativeKafka({ javaOptions: JAVA_OPTIONS })
    return { found: { brokers: engine.brokers, pid: engine.pid }, stop: engine.stop }
  },
  redis: async () => {
    const engine = await startNativeRedis({ args: REDIS_ARGS })
    return { found: { url: engine.url, pid: engine.pid }, stop: engine.stop }
  },
  postgres: async () => {
    const engine = await startNativePostgres()
    return { found: { url: engine.url, pid: engine.pid }, stop: engine.stop }
  },
}

/** Brings up engines on this machine, empty ones, which go with this process. */
export const startBenchEngines = async (names: ReadonlySet<EngineName>): Promise<BenchEngines> => {
  const engines: Engines = {}
  const missing: Partial<Record<EngineName, string>> = {}
  const stops: (() => Promise<void>)[] = []
  for (const name of names) {
    try {
      if (process.platform !== 'linux')
        throw new Error('the CPU time of engines is read from /proc')
      const { found, stop } = await STARTERS[name]()
      Object.assign(engines, { [name]: found })
      stops.push(stop)
    } catch (error) {
      missing[name] = (error as Error).message
    }
  }
  return {
    engines,
    missing,
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
