import type { Installation } from '@ebb/contracts/installation'
import { wallClock } from '@ebb/runtime/clock'
import type { ReadEngines } from '@ebb/streaming/engines'
import { Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { type FoundInstallation, lookAtInstallation } from '../installation.ts'
import { placeOf } from './data-folder.ts'
import { attempt, type Check, fail } from './doctor-check.ts'
import { checkHttp, type HttpProbe } from './doctor-http.ts'
import {
  checkDisk,
  checkFolder,
  checkInstallation,
  checkKeys,
  checkNode,
  checkOwner,
  freeSpace,
  readOwner,
} from './doctor-machine.ts'
import { type ClockSettings, checkClocks, checkLag, checkTopics } from './doctor-pipeline.ts'
import { PROCESSORS, standingsOf } from './standing.ts'
import { painted } from './terminal-text.ts'

interface DoctorOptions {
  readonly data: string
  readonly host: string
  readonly collectorPort: number
  readonly featuresPort: number
  readonly json?: true
}

const EXAMPLES = `
Exit code 1 where a check fails; warnings alone give 0.

Examples:
  $ ebb doctor
  $ ebb doctor --collector-port 9080 --json | jq '.checks[] | select(.status != "ok")'
`

/** Where the services listen, unless options say otherwise. */
export type DoctorConfig = Pick<EbbConfig, 'host' | 'collectorPort' | 'featuresPort'>

/** `ebb doctor`: what is wrong here, and how to mend it. */
export const doctorCommand = (context: CliContext, config: DoctorConfig): Command =>
  new Command('doctor')
    .description('check this machine, the data folder and the services; say how to mend a fault')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--host <address>', 'where the services listen', config.host)
    .option('--collector-port <port>', 'port of the collector', parsePort, config.collectorPort)
    .option(
      '--features-port <port>',
      'port of the features service',
      parsePort,
      config.featuresPort,
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((options: DoctorOptions) => examine(context, options))

const parsePort = (text: string): number => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new InvalidArgumentError('Give a port from 1 to 65535.')
}

const examine = async (context: CliContext, options: DoctorOptions): Promise<void> => {
  const checks = await allChecks(context, options)
  const worst = (['fail', 'warn', 'ok'] as const).find((status) => countOf(checks, status) > 0)!
  if (options.json) context.print(JSON.stringify({ status: worst, checks }))
  else for (const line of checkLines(checks, context)) context.print(line)
  if (worst === 'fail') context.exitCode(1)
}

const allChecks = async (context: CliContext, options: DoctorOptions): Promise<Check[]> => {
  const { data } = options
  const isShared = context.engines.shared !== undefined
  const folder = await checkFolder(data)
  const checks = [checkNode(process.versions.node), forEngines(folder, isShared)]
  const isHere = folder.status !== 'fail'
  if (!isHere && !isShared) return checks
  const owner = await readOwner(data)
  const isOwned = owner?.isAlive ?? false
  const machine = isHere
    ? [await attempt('disk', async () => checkDisk(await freeSpace(data)))]
    : []
  // On engines that are shared nobody knows whether anything runs; the clocks show it.
  const { installation, pipeline } = await pipelineChecks(context, data, isShared || isOwned)
  const start = installation?.kind === 'demonstration' ? 'ebb demo' : 'ebb up'
  // A replay ends, takes no events from elsewhere and answers nobody.
  if (installation?.kind === 'replay') return [...checks, ...machine, ...pipeline]
  return [
    ...checks,
    ...machine,
    ...(isShared ? [] : [checkOwner(owner, start)]),
    ...(isHere ? [await attempt('keys', () => checkKeys(data))] : []),
    ...pipeline,
    ...(await httpChecks(context, options, { isRunning: isOwned, start })),
  ]
}

/** On engines that are shared the services may keep keys and spool on another machine. */
const forEngines = (folder: Check, isShared: boolean): Check =>
  isShared && folder.status === 'fail' ? { ...folder, status: 'warn' } : folder

interface Pipeline {
  readonly installation: Installation | undefined
  readonly pipeline: Check[]
}

const pipelineChecks = async (
  context: CliContext,
  folder: string,
  isRunning: boolean,
): Promise<Pipeline> => {
  let found: FoundInstallation | undefined
  const { shared } = context.engines
  const begin = shared === undefined ? 'ebb up' : 'ebb topics apply'
  try {
    found = await lookAtInstallation(context.engines, placeOf(context, folder))
    if (found === undefined) {
      const none = fail(
        'event log',
        'there is none in the folder',
        'Start `ebb up`, which makes it',
      )
      return { installation: undefined, pipeline: [none] }
    }
    const { installation, engines } = found
    const clock = { installation, isRunning, wall: wallClock.now() }
    const checks = await logChecks(engines, clock, begin)
    return { installation, pipeline: [checkInstallation(installation, begin), ...checks] }
  } catch (error) {
    const mend =
      shared !== undefined
        ? 'Start the engines, or mend --kafka and --redis'
        : 'Restore the data folder from a backup, or begin with another'
    const broken = fail('event log', `cannot be read: ${(error as Error).message}`, mend)
    return { installation: undefined, pipeline: [broken] }
  } finally {
    await found?.engines.close()
  }
}

const logChecks = async (
  engines: ReadEngines,
  clock: ClockSettings,
  begin: string,
): Promise<Check[]> => {
  const topics = await checkTopics(engines, clock.installation, begin)
  if (topics.status === 'fail') return [topics]
  const standings = await Promise.all(PROCESSORS.map((each) => standingsOf(engines, each)))
  // The last in the chain: it cannot run ahead of the others.
  const slowest = standings.findLast((each) => each !== undefined)
  return [
    topics,
    ...PROCESSORS.map((each, index) => checkLag(each, standings[index])),
    ...(slowest === undefined ? [] : [checkClocks(slowest, clock)]),
  ]
}

const httpChecks = (
  { interrupted: signal }: CliContext,
  { host, collectorPort, featuresPort }: DoctorOptions,
  process: Pick<HttpProbe, 'isRunning' | 'start'>,
): Promise<Check[]> => {
  const ports = [
    ['collector', collectorPort],
    ['features', featuresPort],
  ] as const
  return Promise.all(
    ports.map(([service, port]) => {
      const option = `--${service}-port`
      const url = `http://${host}:${port}`
      return checkHttp({ name: `${service} http`, url, option, signal, ...process })
    }),
  )
}

const countOf = (checks: readonly Check[], status: Check['status']): number =>
  checks.filter((check) => check.status === status).length

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const

const checkLines = (checks: readonly Check[], context: CliContext): string[] => {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const count = (status: Check['status']): string => `${countOf(checks, status)} ${status}`
  return [
    ...checks.flatMap(({ name, status, found, mend }) => [
      `${painted(status.padEnd(4), COLOURS[status], context)}  ${name.padEnd(width)}  ${found}`,
      ...(mend === undefined ? [] : [`      → ${mend}`]),
    ]),
    '',
    `${checks.length} checks: ${count('ok')}, ${count('warn')}, ${count('fail')}`,
  ]
}
