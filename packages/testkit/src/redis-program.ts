import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type TestkitConfig } from './config.ts'
import { findProgram, type Plan, runProgram } from './programs.ts'

/** What decides whether this machine can run Redis by itself. */
export interface RedisFacts {
  readonly hasServer: boolean
  readonly mayInstall: boolean
  readonly hasApt: boolean
  readonly isRoot: boolean
}

/** Redis as it is found, else Debian's, where it may be installed. */
export const planRedis = ({ hasServer, mayInstall, hasApt, isRoot }: RedisFacts): Plan => {
  if (hasServer) return 'use'
  const none = 'no redis-server is on PATH'
  if (!mayInstall) return { missing: `${none} (EBB_TEST_INSTALL=1 lets apt-get install it)` }
  if (!hasApt) return { missing: `${none}, and no apt-get to install it` }
  if (!isRoot) return { missing: `${none}, and only root may install it` }
  return 'install'
}

/** A Redis that can be started. */
export interface RedisProgram {
  readonly program: string
  /** "Redis 7.0.15" or "Valkey 8.1.8". */
  readonly version: string
}

/** Where Redis is; installs it where the plan says so. Throws where there is none. */
export const redisProgram = async (config: TestkitConfig = readConfig()): Promise<RedisProgram> => {
  const plan = planRedis(redisFacts(config))
  if (plan === 'install') await installRedis()
  const program = findServer(config)
  if (program === undefined)
    throw new Error(typeof plan === 'object' ? plan.missing : 'apt-get installed no Redis')
  return { program, version: await serverVersion(program) }
}

const redisFacts = (config: TestkitConfig): RedisFacts => ({
  hasServer: findServer(config) !== undefined,
  mayInstall: config.mayInstall,
  hasApt: findProgram(config, 'apt-get') !== undefined,
  isRoot: process.getuid?.() === 0,
})

const findServer = (config: TestkitConfig): string | undefined =>
  findProgram(config, 'redis-server', 'valkey-server') ?? debianServer(config)

/**
 * Debian's redis-check-rdb is the binary of its redis-server, and serves if it is called by that name.
 */
const debianServer = (config: TestkitConfig): string | undefined => {
  const binary = findProgram(config, 'redis-check-rdb')
  if (binary === undefined) return undefined
  const link = join(config.cacheFolder, 'redis-server')
  mkdirSync(config.cacheFolder, { recursive: true })
  if (!existsSync(link)) symlinkSync(binary, link)
  return link
}

/** redis-tools holds the binary; redis-server would only add a service, and start it. */
const installRedis = async (): Promise<void> => {
  await runProgram('apt-get', ['update', '-qq'])
  await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-tools'])
}

/** "Redis 7.0.15", of "Redis server v=7.0.15 sha=…"; Valkey says so in the same way. */
const serverVersion = async (program: string): Promise<string> => {
  const [, name, version] =
    /(\w+) server v=([\d.]+)/.exec(await runProgram(program, ['--version'])) ?? []
  return version === undefined ? 'of unknown version' : `${name} ${version}`
}
