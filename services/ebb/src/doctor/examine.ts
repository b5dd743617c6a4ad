import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CliContext } from '../cli-context.ts'
import { placeOf } from '../commands/data-folder.ts'
import { keysFileOf } from '../commands/keys.ts'
import type { EbbConfig } from '../config.ts'
import { version as ebbVersion } from '../ebb-version.ts'
import { probeServices, type ServiceConfig, type ServiceOptions } from '../survey/service-probes.ts'
import { surveyOf } from '../survey/survey.ts'
import { attempt, type Check, ok } from './check.ts'
import { enginesChecks, logChecks, recordsChecks } from './engine-checks.ts'
import { checkHttp } from './http.ts'
import {
  checkDisk,
  checkFolder,
  checkKeys,
  checkNode,
  checkOwner,
  checkSpool,
  freeSpace,
  readOwner,
} from './machine.ts'

/** What it knows of the settings in force. */
export type DoctorConfig = ServiceConfig & Pick<EbbConfig, 'spoolLimitBytes' | 'webhookUrl'>

/** What to look at. */
export interface DoctorOptions extends ServiceOptions {
  readonly data: string
  /** `spool` in the data folder unless given. */
  readonly spool?: string
}

/** Every check, in the order in which a person reads them. */
export const allChecks = async (
  context: CliContext,
  config: DoctorConfig,
  options: DoctorOptions,
): Promise<Check[]> => {
  const { data } = options
  const isShared = context.engines.shared !== undefined
  const folder = await checkFolder(data)
  const first = [
    checkNode(process.versions.node),
    ok('ebb', ebbVersion),
    forEngines(folder, isShared),
  ]
  const isHere = folder.status !== 'fail'
  const keysFile = keysFileOf(context, data)
  const hasKeys = isHere || context.keysFile !== undefined
  if (!isHere && !isShared) return first
  // Asked beside the engines: a service waits for those, too, before it says that one is away.
  const probing = probeServices(context, config, options)
  const owner = await readOwner(data)
  const isOwned = owner?.isAlive ?? false
  const place = placeOf(context, data)
  const survey = await surveyOf(context, place)
  try {
    const kind = survey.installation?.kind
    const start = kind === 'demonstration' ? 'ebb demo' : 'ebb up'
    const begin = isShared ? 'ebb topics apply' : 'ebb up'
    const found = { survey, isOwned, start, begin }
    const isWebhookSet = config.webhookUrl !== ''
    // A replay ends, takes no events from elsewhere and answers nobody.
    const isReplay = kind === 'replay'
    const [machine, engines, log, records, services] = await Promise.all([
      machineChecks({ ...options, isHere, limitBytes: config.spoolLimitBytes }),
      enginesChecks(context, found),
      logChecks(context, place, found),
      isReplay ? [] : recordsChecks(found, isWebhookSet),
      isReplay ? [] : probing,
    ])
    return [
      ...[...first, ...machine],
      ...(isShared || isReplay ? [] : [checkOwner(owner, start)]),
      ...(hasKeys && !isReplay ? [await attempt('keys', () => checkKeys(keysFile))] : []),
      ...[...engines, ...log, ...records],
      ...services.map((each) => checkHttp({ ...each, isRunning: isOwned, isShared, start })),
    ]
  } finally {
    await survey.close()
  }
}

/** On engines that are shared the services may keep keys and spool on another machine. */
const forEngines = (folder: Check, isShared: boolean): Check =>
  isShared && folder.status === 'fail' ? { ...folder, status: 'warn' } : folder

interface MachineOptions extends Pick<DoctorOptions, 'data' | 'spool'> {
  readonly isHere: boolean
  readonly limitBytes: number
}

const machineChecks = async ({
  data,
  spool = join(data, 'spool'),
  isHere,
  limitBytes,
}: MachineOptions): Promise<Check[]> => {
  const disk = (name: string, folder: string): Promise<Check> =>
    attempt(name, async () => checkDisk(await freeSpace(folder), name))
  return Promise.all([
    ...(isHere ? [disk('disk', data)] : []),
    ...(existsSync(spool)
      ? [disk('disk of the spool', spool), attempt('spool', () => checkSpool(spool, limitBytes))]
      : []),
  ])
}
