import { join } from 'node:path'
import { HaltError, TransientError } from '@ebb/streaming/faults'
import { type MigrationFile, readMigrations } from './migration-files.ts'
import type { Postgres } from './postgres-client.ts'
import type { Queries, Transaction } from './transaction.ts'

/** Where the steps of a schema are. */
export interface MigrationSettings {
  /** Has files `001-name.sql`, `002-…`. One folder a schema. */
  readonly folder: string
}

const OWN = { folder: join(import.meta.dirname, '..', 'migrations'), table: 'postgres_migrations' }

/**
 * Brings a schema up to date: the tables of this package, then the caller's, each file once and in
 * order, forward only. One transaction under a lock of the schema: all of it or nothing, and of
 * processes that start together one does it while the others wait.
 *
 * Throws `EBB_POSTGRES_MIGRATION` where a file that was applied has changed, is misnumbered or fails,
 * and `EBB_POSTGRES_NEWER` where the schema has steps that we do not know.
 */
export const migrate = async (postgres: Postgres, settings: MigrationSettings): Promise<void> => {
  const sets = setsOf(settings)
  const work = async (tx: Transaction): Promise<void> => {
    await tx.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('ebb migrations ' || current_schema(), 0))`,
    )
    for (const set of sets) await bringUpToDate(tx, set)
  }
  await postgres.transaction(work, { statementMs: 0 })
}

/** How far a schema is. */
export interface MigrationProgress {
  readonly applied: number
  /** Steps that this version brings. */
  readonly shipped: number
}

/**
 * How far a schema is, all its sets together; nothing is changed, and nothing need be there. Throws
 * `EBB_POSTGRES_NEWER` and `EBB_POSTGRES_MIGRATION` where `migrate` would refuse.
 */
export const lookAtMigrations = async (
  queries: Queries,
  settings: MigrationSettings,
): Promise<MigrationProgress> => {
  const progress = { applied: 0, shipped: 0 }
  for (const { table, files } of setsOf(settings)) {
    const [found] = await queries.query<{ isThere: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AS "isThere"',
      [table],
    )
    const applied = found?.isThere ? await appliedIn(queries, table) : []
    refuseUnlike(applied, files)
    progress.applied += applied.length
    progress.shipped += files.length
  }
  return progress
}

const setsOf = ({ folder }: MigrationSettings): MigrationSet[] =>
  [OWN, { folder, table: 'migrations' }].map(({ folder, table }) => ({
    table,
    files: readMigrations(folder),
  }))

interface MigrationSet {
  /** Remembers what was applied. */
  readonly table: string
  readonly files: readonly MigrationFile[]
}

const bringUpToDate = async (tx: Transaction, { table, files }: MigrationSet): Promise<void> => {
  await tx.query(
    `CREATE TABLE IF NOT EXISTS ${table} (
      version integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL)`,
  )
  const applied = await appliedIn(tx, table)
  refuseUnlike(applied, files)
  for (const file of files.slice(applied.length)) await apply(tx, table, file)
}

const appliedIn = (queries: Queries, table: string): Promise<Applied[]> =>
  queries.query<Applied>(`SELECT name, digest FROM ${table} ORDER BY version`)

const refuseUnlike = (applied: readonly Applied[], files: readonly MigrationFile[]): void => {
  refuseNewer(applied, files)
  for (const [index, known] of applied.entries()) refuseChanged(known, files[index]!)
}

interface Applied {
  readonly name: string
  readonly digest: string
}

const refuseNewer = (applied: readonly Applied[], files: readonly MigrationFile[]): void => {
  const unknown = applied[files.length]
  if (unknown === undefined) return
  throw new HaltError(
    'EBB_POSTGRES_NEWER',
    `the schema has had ${unknown.name}, which this version of Ebb does not know; ` +
      'run the newer version, or restore a backup from before it',
  )
}

const refuseChanged = (known: Applied, { name, digest }: MigrationFile): void => {
  if (known.name === name && known.digest === digest) return
  throw new HaltError(
    'EBB_POSTGRES_MIGRATION',
    `the schema has had ${known.name}, and ${name} is not the same; ` +
      'put the file back as it was, and write what is to change into a new one',
  )
}

const apply = async (tx: Transaction, table: string, file: MigrationFile): Promise<void> => {
  const { version, name, sql, digest } = file
  try {
    await tx.query(sql)
  } catch (error) {
    if (error instanceof TransientError || error instanceof HaltError) throw error
    const { message } = error as Error
    throw new HaltError('EBB_POSTGRES_MIGRATION', `${name} failed (${message})`, { cause: error })
  }
  await tx.query(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [version, name, digest])
}
