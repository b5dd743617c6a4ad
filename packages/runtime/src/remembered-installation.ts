import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Installation } from '@ebb/contracts/installation'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { installationCodec, installationOf } from './installation.ts'

const { encode, decode } = installationCodec

/**
 * The installation in the log, for a service that has to start while the log is away: each answer
 * is copied into `file`, which is read when there is none. Its generation may be an older one then.
 * Throws `TransientError` where nobody knows, and `EBB_INSTALLATION_MISSING`.
 */
export const rememberedInstallation = async (
  log: Pick<EventLog, 'read'>,
  file: string,
): Promise<Installation> => {
  try {
    const installation = await installationOf(log)
    remember(file, installation)
    return installation
  } catch (error) {
    const known = error instanceof TransientError ? recall(file) : undefined
    if (known === undefined) throw error
    return known
  }
}

const remember = (file: string, installation: Installation): void => {
  const bytes = Buffer.from(encode(installation))
  try {
    if (existsSync(file) && readFileSync(file).equals(bytes)) return
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.new`, bytes, { flush: true, mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // A full disk is no reason not to start: what waits on it has to be sent from it.
  }
}

const recall = (file: string): Installation | undefined => {
  try {
    return decode(readFileSync(file))
  } catch {
    // No copy that can be used is the same as none: the log will say.
    return undefined
  }
}
