import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  NOBODY,
  newPassword,
  type PostgresFolder,
  readAccess,
  type ServerAccess,
  somePort,
  writeAccess,
} from './postgres-folder.ts'
import { dataArgument, runToEnd } from './postgres-process.ts'
import type { PostgresPrograms } from './postgres-program.ts'
import type { Durability } from './sqlite-database.ts'

/**
 * Makes the server's files where there are none: a database `ebb` of a user `ebb` who is nobody
 * special. A process that is killed meanwhile leaves nothing that counts.
 */
export const ensureCluster = async (
  folder: PostgresFolder,
  programs: PostgresPrograms,
  durability: Durability,
): Promise<PostgresFolder> => {
  for (const name of readdirSync(folder.path))
    if (name.startsWith(UNFINISHED)) await rm(join(folder.path, name), REMOVED)
  const making = { programs, sync: durability === 'power-cut' }
  if (existsSync(folder.data)) {
    if (making.sync) await syncFiles(folder, programs)
    return folder
  }
  try {
    return await makeCluster(folder, making)
  } catch (error) {
    // initdb wants a user that has a name; the owner of a folder may have none here.
    if (folder.user === undefined || folder.user.uid === NOBODY.uid) throw error
    return makeCluster({ ...folder, user: NOBODY }, making)
  }
}

const UNFINISHED = 'unfinished-'
const REMOVED = { recursive: true, force: true, maxRetries: 5 }

interface Making {
  readonly programs: PostgresPrograms
  /** What is made has to be on the disk before it counts. */
  readonly sync: boolean
}

const makeCluster = async (
  folder: PostgresFolder,
  { programs, sync }: Making,
): Promise<PostgresFolder> => {
  const data = join(folder.path, `${UNFINISHED}${newPassword()}`)
  const unfinished = { ...folder, data }
  mkdirSync(data, { mode: 0o700 })
  if (folder.user !== undefined) chownSync(data, folder.user.uid, folder.user.gid)
  // Nobody has a password yet, so nobody could be let in; our file of rules follows below.
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions']
  const args = ['-D', dataArgument(data), ...options, '--no-sync']
  await runToEnd(unfinished, { program: programs.initdb, args })
  writeFileSync(join(data, 'pg_hba.conf'), RULES)
  const access = { port: somePort(), password: newPassword() }
  await runAlone(unfinished, programs, [
    'CREATE ROLE ebb LOGIN;',
    'CREATE DATABASE ebb OWNER ebb;',
    passwordOf(access),
  ])
  if (sync) await syncFiles(unfinished, programs)
  writeAccess(folder.path, access)
  renameSync(data, folder.data)
  return folder
}

/** Also what an earlier server left to the operating system, if that was not to wait for the disk. */
const syncFiles = (folder: PostgresFolder, { initdb }: PostgresPrograms): Promise<void> =>
  runToEnd(folder, { program: initdb, args: ['--sync-only', '-D', dataArgument(folder.data)] })

/** Only over loopback, only with a password, and only user `ebb`: `postgres` has none. */
const RULES = 'host all ebb 127.0.0.1/32 scram-sha-256\n'

/** Reads how the server is reached, or thinks of a new password where that was lost. */
export const ensureAccess = async (
  folder: PostgresFolder,
  programs: PostgresPrograms,
): Promise<ServerAccess> => {
  const known = readAccess(folder.path)
  if (known !== undefined) return known
  const access = { port: somePort(), password: newPassword() }
  await runAlone(folder, programs, [passwordOf(access)])
  writeAccess(folder.path, access)
  return access
}

const passwordOf = ({ password }: ServerAccess): string => `ALTER ROLE ebb PASSWORD '${password}';`

/** Runs statements, each on a line, on files that no server works on. */
const runAlone = (
  folder: PostgresFolder,
  { postgres }: PostgresPrograms,
  statements: readonly string[],
): Promise<void> => {
  const settings = ['-c', 'exit_on_error=on', '-c', 'fsync=off']
  const args = ['--single', '-D', dataArgument(folder.data), ...settings, 'postgres']
  return runToEnd(folder, { program: postgres, args, input: `${statements.join('\n')}\n` })
}

/** What the server is started with: little memory, few processes, no door but this port. */
export const serverArguments = (
  data: string,
  port: number,
  durability: Durability,
): readonly string[] => [
  ...['-D', dataArgument(data), '-p', String(port), '-h', '127.0.0.1', '-k', ''],
  ...Object.entries({
    max_connections: 40,
    shared_buffers: '16MB',
    jit: 'off',
    io_method: 'sync',
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,
    max_wal_senders: 0,
    wal_level: 'minimal',
    min_wal_size: '32MB',
    max_wal_size: '256MB',
    password_encryption: 'scram-sha-256',
    log_checkpoints: 'off',
    // What was acknowledged survives a kill, as the operating system has it; a power cut only this.
    // Full page writes stay on: a kill can stop a write between two pages of memory.
    fsync: durability === 'power-cut' ? 'on' : 'off',
    synchronous_commit: 'on',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]
