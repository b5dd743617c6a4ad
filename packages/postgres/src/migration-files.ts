import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HaltError } from '@ebb/streaming/faults'

/** One step of a schema: `001-name.sql`. */
export interface MigrationFile {
  /** 1, 2, 3 … without gaps. */
  readonly version: number
  readonly name: string
  readonly sql: string
  /** SHA-256 of the text, whatever its line ends. */
  readonly digest: string
}

/** The files of a folder, by version. Throws `EBB_POSTGRES_MIGRATION` where a number is wrong. */
export const readMigrations = (folder: string): MigrationFile[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name, index) => readMigration(folder, name, index + 1))

const readMigration = (folder: string, name: string, version: number): MigrationFile => {
  if (!name.startsWith(`${String(version).padStart(3, '0')}-`))
    throw new HaltError(
      'EBB_POSTGRES_MIGRATION',
      `${join(folder, name)} should be number ${version}: count 001-…, 002-… without gaps`,
    )
  const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
  return { version, name, sql, digest: createHash('sha256').update(sql).digest('hex') }
}
