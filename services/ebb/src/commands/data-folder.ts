import type { Installation } from '@ebb/contracts/installation'
import { CodedError } from '@ebb/runtime/coded-error'
import type { Place, ReadEngines } from '@ebb/streaming/engines'
import type { CliContext } from '../cli-context.ts'
import { EBB_SETTINGS } from '../config.ts'
import { installationAt, lookAtInstallation } from '../installation.ts'

/** How a shop counts. */
export type Shop = Pick<Installation, 'timeZone' | 'currency'>

/** The place that a command means when it names a data folder. */
export const placeOf = ({ namespace }: CliContext, folder: string): Place => ({
  folder,
  namespace,
})

/** The options by which another command finds a place, beside those of shared engines. */
export const lookOptions = (
  { engines }: Pick<CliContext, 'engines'>,
  { folder, namespace }: Place,
): string =>
  engines.shared === undefined ? `--data ${folder}` : `--kafka … --redis … --namespace ${namespace}`

/** A namespace of its own beside the installation's; meant for engines that several share. */
export const namespaceBelow = ({ namespace }: CliContext, name: string): string =>
  namespace === '' ? name : `${namespace}.${name}`

/**
 * Gives the engines of a place, and how its shop counts, to `work`, whoever owns them; closes them
 * behind it. Throws `EBB_DATA_EMPTY` where nothing was begun.
 */
export const withData = async <T>(
  context: CliContext,
  folder: string,
  work: (engines: ReadEngines, shop: Shop) => Promise<T>,
): Promise<T> => {
  const found = await lookAtInstallation(context.engines, placeOf(context, folder))
  if (found?.installation === undefined) {
    await found?.engines.close()
    throw dataEmpty(context, folder)
  }
  try {
    return await work(found.engines, found.installation)
  } finally {
    await found.engines.close()
  }
}

/** The fault of a place where nothing was begun. */
export const dataEmpty = ({ engines, namespace }: CliContext, folder: string): CodedError =>
  engines.shared !== undefined
    ? new CodedError('EBB_DATA_EMPTY', {
        what: 'There is no installation of Ebb on these engines',
        where: namespace === '' ? 'no namespace' : `namespace ${namespace}`,
        fix: 'Run `ebb topics apply`, which begins one, or name another with --namespace',
      })
    : new CodedError('EBB_DATA_EMPTY', {
        what: 'There is no data of Ebb in this folder',
        where: folder,
        fix: 'Start `ebb up`, which begins one, or name another folder with --data',
      })

/** How the shop of a place counts; the defaults where no installation was begun. */
export const shopOf = async (context: CliContext, folder: string): Promise<Shop> =>
  (await installationAt(context.engines, placeOf(context, folder))) ?? {
    timeZone: EBB_SETTINGS.timeZone.default!,
    currency: EBB_SETTINGS.currency.default!,
  }
