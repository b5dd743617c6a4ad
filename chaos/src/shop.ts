import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NodeProcess, type NodeProgram, startNodeProcess } from '@ebb/testkit/node-process'
import { freePort } from '@ebb/testkit/ports'
import { hasLogged, lastWords } from './service-log.ts'
import { until } from './until.ts'

/** Time zone and currency of every shop here: those that `ebb topics apply` begins with. */
export const SHOP = { timeZone: 'UTC', currency: 'USD' }

/** A shop as it is begun. */
export interface ShopSettings {
  readonly brokers: readonly string[]
  readonly redisUrl: string
  /** For retention and insights; the other services need none. */
  readonly postgresUrl?: string
  /** Begins its namespace. */
  readonly name: string
  readonly partitions: number
}

/** The engines that an installation stands on, and its name there, which no other one has. */
export interface ShopPlace extends Omit<ShopSettings, 'name'> {
  readonly namespace: string
}

export type ServiceName = 'collector' | 'features' | 'scorer' | 'retention' | 'insights'

/** An installation on real engines, whose services are processes of their own. */
export interface Shop extends ShopPlace {
  readonly collectorUrl: string
  readonly writeKey: string
  /** Starts a service; resolves when it is up. `env` comes above what all services get. */
  start(name: ServiceName, env?: Readonly<Record<string, string>>): Promise<NodeProcess>
  /** Runs a command of `ebb` to its end; resolves to its output. Throws where it fails. */
  command(...args: string[]): Promise<readonly string[]>
}

const SERVICES = join(import.meta.dirname, '..', '..', 'services')
const UP_WITHIN_MS = 30_000

/**
 * Begins an installation, runs `work` on it, and ends all of its processes. What `work` throws gets
 * the last words of the services.
 */
export const withShop = async <T>(
  settings: ShopSettings,
  work: (shop: Shop) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-chaos-'))
  const processes: NodeProcess[] = []
  let isOver = false
  const run = (program: NodeProgram): NodeProcess => {
    if (isOver) throw new Error(`no ${program.name} is started: the scenario is over`)
    const started = startNodeProcess(program)
    processes.push(started)
    return started
  }
  try {
    return await work(await beginShop(settings, folder, run))
  } catch (error) {
    const words = processes.map((each) => `\n  ${lastWords(each)}`).join('')
    throw new Error(`${(error as Error).message}${words}`, { cause: error })
  } finally {
    isOver = true
    await Promise.all(processes.map((each) => each.kill('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
}

const beginShop = async (
  { name, ...engines }: ShopSettings,
  folder: string,
  run: typeof startNodeProcess,
): Promise<Shop> => {
  const collectorPort = await freePort()
  const place = { ...engines, namespace: `${name}-${randomUUID().slice(0, 8)}` }
  const env = environment(place, folder)
  const collectorUrl = `http://127.0.0.1:${collectorPort}`
  const command = async (...args: string[]): Promise<readonly string[]> => {
    const main = join(SERVICES, 'ebb', 'src', 'main.ts')
    const running = run({ name: `ebb ${args.join(' ')}`, main, args, env })
    const { code } = await running.ended
    if (code !== 0) throw new Error(`ebb ${args.join(' ')} ended with ${code}: ${running.errors()}`)
    return running.lines()
  }
  const start: Shop['start'] = async (name, over = {}) => {
    const main = join(SERVICES, name, 'src', 'main.ts')
    const ports = {
      EBB_COLLECTOR_PORT: String(collectorPort),
      EBB_FEATURES_PORT: String(await freePort()),
    }
    const service = run({ name, main, env: { ...env, ...ports, ...over } })
    await untilUp(service, name === 'collector' ? collectorUrl : undefined)
    return service
  }
  // A broker that has just made a topic may not lead it yet; the same command may be given again.
  const isApplied = async (): Promise<boolean> => (await command('topics', 'apply')).length > 0
  await until({ what: 'topics to be made' }, isApplied)
  await command('keys', 'create', '--source', 'storefront', '--data', folder)
  return { ...place, collectorUrl, writeKey: writeKeyIn(folder), start, command }
}

const environment = (
  { brokers, redisUrl, postgresUrl, namespace, partitions }: ShopPlace,
  folder: string,
): Record<string, string> => ({
  EBB_KAFKA: brokers.join(','),
  EBB_REDIS: redisUrl,
  ...(postgresUrl !== undefined && { EBB_POSTGRES: postgresUrl }),
  EBB_NAMESPACE: namespace,
  EBB_PARTITIONS: String(partitions),
  EBB_DATA: folder,
  EBB_KEYS: join(folder, 'keys.json'),
  EBB_SPOOL: join(folder, 'spool'),
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  // Says which process acquired which partition.
  EBB_LOG_LEVEL: 'debug',
})

const writeKeyIn = (folder: string): string => {
  const { keys } = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as {
    keys: readonly { readonly key: string }[]
  }
  return keys[0]!.key
}

const untilUp = async (service: NodeProcess, url: string | undefined): Promise<void> => {
  const isUp = async (): Promise<boolean> =>
    url === undefined ? hasLogged(service, 'up') : (await fetch(`${url}/readyz`)).ok
  const what = `${service.name} to be up`
  await until({ what, withinMs: UP_WITHIN_MS }, async () => !service.isRunning() || isUp())
  if (!service.isRunning()) throw new Error(`${service.name} ended while it started`)
}
