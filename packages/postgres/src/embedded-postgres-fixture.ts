import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  type EmbeddedPostgresSettings,
  startEmbeddedPostgres,
} from '@ebb/embedded/embedded-postgres'
import { findPostgres } from '@ebb/embedded/postgres-program'
import { onTestFinished } from 'vitest'
import { openPostgres, type Postgres } from './postgres-client.ts'

/** Whether npm brought PostgreSQL for this platform. */
export const isInstalled = (): boolean => {
  try {
    return findPostgres().folder !== ''
  } catch {
    return false
  }
}

/** A data folder of one test. Of this user alone: for another user there is no way through. */
export const dataFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-embedded-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

let template: string | undefined

/** A data folder with a server's files in it, as if one had run there before: made once a file. */
export const usedFolder = async (): Promise<string> => {
  if (template === undefined) {
    template = mkdtempSync(join(tmpdir(), 'ebb-embedded-'))
    const server = await startEmbeddedPostgres({ folder: template, durability: 'killed-process' })
    await server.stop()
  }
  const folder = dataFolder()
  // Their owner is not kept, as by many a backup.
  cpSync(template, folder, { recursive: true })
  return folder
}

/** For the end of a test file. */
export const forgetTemplate = (): void => {
  if (template !== undefined) rmSync(template, { recursive: true, force: true })
}

/** A server of one test. */
export const start = async (
  folder: string,
  more: Partial<EmbeddedPostgresSettings> = {},
): ReturnType<typeof startEmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ folder, durability: 'killed-process', ...more })
  onTestFinished(() => server.stop())
  return server
}

/** A pool of one test, on a schema that outlives it. */
export const connect = async (url: string): Promise<Postgres> => {
  const postgres = await openPostgres({ url, schema: 'shop', applicationName: 'test' })
  onTestFinished(() => postgres.close())
  return postgres
}

/** Another process that runs a server. */
export interface Owner {
  readonly child: ChildProcess
  /** The next line that it writes; undefined at its end. */
  line(): Promise<string | undefined>
  /** All further lines, to its end. */
  rest(): Promise<string[]>
  kill(): Promise<void>
}

/** Writes its numbers one after the other, and says each once it is acknowledged. */
const WRITE = `
  import { openPostgres } from '@ebb/postgres/postgres-client'
  const postgres = await openPostgres({ url: server.url, schema: 'shop', applicationName: 'w' })
  await postgres.query('CREATE TABLE IF NOT EXISTS ledger (n bigint)')
  const [{ n: from }] = await postgres.query('SELECT coalesce(max(n), 0) AS n FROM ledger')
  let n = from
  const write = async () => {
    for (;;) {
      n += 1
      const mine = n
      await postgres.transaction((tx) => tx.query('INSERT INTO ledger VALUES ($1)', [mine]))
      console.log(mine)
    }
  }
  await Promise.all([write(), write(), write(), write()])
`

/** Starts a process that says `ready` or its fault, and then lives on or writes to the ledger. */
export const startOwner = (
  folder: string,
  { writes = false, uid }: { readonly writes?: boolean; readonly uid?: number } = {},
): Owner => {
  const script = `
    import { startEmbeddedPostgres } from '@ebb/embedded/embedded-postgres'
    const settings = { folder: process.argv[1], durability: 'killed-process' }
    const server = await startEmbeddedPostgres(settings).catch((error) => {
      console.log(error.message)
      process.exit(1)
    })
    console.log('ready')
    process.once('SIGTERM', async () => {
      await server.stop()
      process.exit()
    })
    setInterval(() => {}, 60_000)
    ${writes ? WRITE : ''}
  `
  const user = uid === undefined ? {} : { uid, gid: uid }
  if (uid !== undefined) chownSync(folder, uid, uid)
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script]
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, [...args, folder], {
    cwd: import.meta.dirname,
    stdio,
    ...user,
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  const line = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next()
    return done ? undefined : value
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const rest = async (): Promise<string[]> => {
    const all: string[] = []
    for (let next = await line(); next !== undefined; next = await line()) all.push(next)
    return all
  }
  return { child, line, rest, kill }
}
