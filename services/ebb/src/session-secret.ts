import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What signs the cookies of a data folder's dashboard: made once, so that people stay signed in over
 * a restart; made anew where the file was damaged. Only one process owns the folder, so nobody else makes it at the same time.
 */
export const sessionSecretIn = (folder: string): string => {
  const file = join(folder, 'session.key')
  const known = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (/^[0-9a-f]{64}$/.test(known)) return known
  const secret = randomBytes(32).toString('hex')
  writeFileSync(`${file}.new`, secret, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  return secret
}
