import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What signs the cookies of a data folder's dashboard: made once, so that people stay signed in over
 * a restart. Only one process owns the folder, so nobody else makes it at the same time.
 */
export const sessionSecretIn = (folder: string): string => {
  const file = join(folder, 'session.key')
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const secret = randomBytes(32).toString('hex')
    writeFileSync(file, secret, { mode: 0o600 })
    return secret
  }
}
