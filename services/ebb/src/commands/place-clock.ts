import { wallClock } from '@ebb/runtime/clock'
import type { CliContext } from '../cli-context.ts'
import { lastInstant } from '../demonstration.ts'
import { lookAtInstallation } from '../installation.ts'
import { placeOf } from './data-folder.ts'

/** The process clock of a place (ms): of a demonstration, where it stood last. */
export const placeClock = async (context: CliContext, folder: string): Promise<number> => {
  const found = await lookAtInstallation(context.engines, placeOf(context, folder))
  if (found?.installation?.kind !== 'demonstration') {
    await found?.engines.close()
    return wallClock.now()
  }
  return lastInstant(found.engines.log).finally(() => found.engines.close())
}
