import { CodedError } from '@ebb/runtime/coded-error'
import type { CliContext } from '../cli-context.ts'
import { EBB_SETTINGS } from '../config.ts'
import type { ReadEngines } from '../engines.ts'
import { type Installation, readInstallation } from '../installation.ts'

/**
 * Gives the engines of a data folder to `work`, whoever owns them, and closes them behind it.
 * Throws `EBB_DATA_EMPTY` where there is nothing in the folder.
 */
export const withData = async <T>(
  { engines }: CliContext,
  folder: string,
  work: (engines: ReadEngines) => Promise<T>,
): Promise<T> => {
  const found = engines.look(folder)
  if (found === undefined) throw dataEmpty(folder)
  try {
    return await work(found)
  } finally {
    found.close()
  }
}

const dataEmpty = (folder: string): CodedError =>
  new CodedError('EBB_DATA_EMPTY', {
    what: 'There is no data of Ebb in this folder',
    where: folder,
    fix: 'Start `ebb up`, which begins one, or name another folder with --data',
  })

/** How the shop of a data folder counts; the defaults where no installation was begun. */
export const shopOf = (folder: string): Pick<Installation, 'timeZone' | 'currency'> =>
  readInstallation(folder) ?? {
    timeZone: EBB_SETTINGS.timeZone.default!,
    currency: EBB_SETTINGS.currency.default!,
  }
