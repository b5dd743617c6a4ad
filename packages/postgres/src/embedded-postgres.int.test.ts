import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { embeddedPostgresUrl } from '@ebb/embedded/embedded-postgres'
import { endLeftBehind } from '@ebb/embedded/left-behind'
import { serverArguments } from '@ebb/embedded/postgres-cluster'
import { readPostmaster, takePostgresFolder } from '@ebb/embedded/postgres-folder'
import { startServer } from '@ebb/embedded/postgres-process'
import { findPostgres, preparePostgres } from '@ebb/embedded/postgres-program'
import { TransientError } from '@ebb/streaming/faults'
import { retryWithin } from '@ebb/streaming/retry'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  connect,
  dataFolder,
  forgetTemplate,
  isInstalled,
  start,
  startOwner,
  usedFolder,
} from './embedded-postgres-fixture.ts'

const isRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').split(',').includes('postgres')
const isAbsent = !isInstalled() && !isRequired
if (isAbsent) console.warn('npm brought no PostgreSQL for this platform: it is not tested')
const isRoot = process.getuid?.() === 0

/** Whether any user may pass all folders above a file: a clone below a closed one is root's alone. */
const isReachableByAll = (path: string): boolean => {
  const above = dirname(path)
  return above === path || ((statSync(above).mode & 0o001) !== 0 && isReachableByAll(above))
}

afterAll(forgetTemplate)

const dataOf = (folder: string): string => join(folder, 'postgres', 'data')
const noServer = async (folder: string): Promise<void> => {
  while (readPostmaster(dataOf(folder)) !== undefined) await wait(10)
}
const sleeper = (uid: number): ChildProcess => {
  const child = spawn('sleep', ['100'], { stdio: 'ignore', ...(isRoot ? { uid } : {}) })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

describe.skipIf(isAbsent)('the embedded PostgreSQL', () => {
  test('keeps its data, its port and its password over a restart', async () => {
    const folder = dataFolder()
    const first = await start(folder)
    expect(embeddedPostgresUrl(folder)).toBe(first.url)
    const before = await connect(first.url)
    await before.query('CREATE TABLE shops AS SELECT 7::bigint AS n')
    await before.close()
    await first.stop()
    expect(embeddedPostgresUrl(folder)).toBeUndefined()
    const second = await start(folder)
    expect(second.url).toBe(first.url)
    expect(await (await connect(second.url)).query('SELECT n FROM shops')).toEqual([{ n: 7 }])
  })

  test('lets nobody in without the password, and nobody at all as its administrator', async () => {
    const { url } = await start(await usedFolder())
    const [wrong, administrator] = [new URL(url), new URL(url)]
    wrong.password = 'guess'
    administrator.username = 'postgres'
    await expect(connect(wrong.href)).rejects.toThrow(/^EBB_POSTGRES_REFUSED: .*ebb/)
    await expect(connect(administrator.href)).rejects.toThrow(/^EBB_POSTGRES_REFUSED: /)
    const postgres = await connect(url)
    const [row] = await postgres.query(
      'SELECT rolsuper FROM pg_roles WHERE rolname = current_user AND current_database() = $1',
      ['ebb'],
    )
    expect(row).toEqual({ rolsuper: false })
  })

  test('keeps its password and its files from other users', async () => {
    const folder = dataFolder()
    await start(folder)
    const mode = (file: string): number => statSync(join(folder, 'postgres', file)).mode & 0o777
    expect([mode('access.json'), mode('postgres.log'), mode('data')]).toEqual([0o600, 0o600, 0o700])
    if (isRoot) expect(statSync(dataOf(folder)).uid).toBe(65_534)
  })

  test.runIf(process.platform === 'linux')('does not hear what interrupts its owner', async () => {
    const folder = await usedFolder()
    await start(folder)
    const { pid } = readPostmaster(dataOf(folder))!
    const [, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    expect(Number(group)).toBe(pid)
  })

  test.each([
    ['killed-process', 'off'],
    ['power-cut', 'on'],
  ] as const)('waits for the disk as %s wants it', async (durability, fsync) => {
    const { url } = await start(dataFolder(), { durability })
    const postgres = await connect(url)
    expect(await postgres.query('SHOW fsync')).toEqual([{ fsync }])
    expect(await postgres.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
    expect(await postgres.query('SHOW full_page_writes')).toEqual([{ full_page_writes: 'on' }])
  })

  test('takes another port where its own is taken', async () => {
    const folder = await usedFolder()
    const first = await start(folder)
    await first.stop()
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
    await once(squatter, 'listening')
    onTestFinished(() => void squatter.close())
    const second = await start(folder)
    expect(second.url).not.toBe(first.url)
    expect(embeddedPostgresUrl(folder)).toBe(second.url)
    await connect(second.url)
  })

  test('thinks of a new password where the old one was lost', async () => {
    const folder = await usedFolder()
    const first = await start(folder)
    await (await connect(first.url)).query('CREATE TABLE shops AS SELECT 7::bigint AS n')
    await first.stop()
    rmSync(join(folder, 'postgres', 'access.json'))
    const second = await start(folder)
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password)
    expect(await (await connect(second.url)).query('SELECT n FROM shops')).toEqual([{ n: 7 }])
  })

  test('refuses a second owner by name, in this process and from another', async () => {
    const folder = await usedFolder()
    await start(folder)
    const message = new RegExp(`^EBB_DATA_IN_USE: .*process ${process.pid} \\(PostgreSQL\\)`)
    await expect(start(folder)).rejects.toThrow(message)
    expect(await startOwner(folder).line()).toMatch(message)
  })

  test('says why it does not start, and can be started once that is mended', async () => {
    const folder = await usedFolder()
    const file = join(dataOf(folder), 'PG_VERSION')
    const version = readFileSync(file)
    writeFileSync(file, '9\n')
    await expect(start(folder)).rejects.toThrow(/^EBB_POSTGRES_START: (.|\n)*incompatible/)
    writeFileSync(file, version)
    await connect((await start(folder)).url)
  })

  test.runIf(isRoot)('runs as the owner of the folder', async () => {
    const folder = dataFolder()
    chownSync(folder, 1, 1)
    const { url } = await start(folder)
    await connect(url)
    expect(statSync(dataOf(folder)).uid).toBe(1)
  })

  test.runIf(isRoot)('runs as nobody where the owner of the folder has no name', async () => {
    const folder = dataFolder()
    chownSync(folder, 54_321, 54_321)
    const { url } = await start(folder)
    await connect(url)
    expect(statSync(dataOf(folder)).uid).toBe(65_534)
  })

  test.runIf(isRoot)('takes files that a backup gave back to the wrong user', async () => {
    const folder = await usedFolder()
    expect(statSync(dataOf(folder)).uid).toBe(0)
    await connect((await start(folder)).url)
  })

  const isReached = isRoot && isReachableByAll(import.meta.filename)
  test.runIf(isReached)(
    'runs for a user as that user, who is told whose the files are',
    async () => {
      const folder = dataFolder()
      const owner = startOwner(folder, { uid: 65_534 })
      expect(await owner.line()).toBe('ready')
      await connect(embeddedPostgresUrl(folder)!)
      owner.child.kill('SIGTERM')
      expect(await owner.rest()).toEqual([])
      chownSync(dataOf(folder), 1, 1)
      const refused = await startOwner(folder, { uid: 65_534 }).line()
      expect(refused).toMatch(/^EBB_POSTGRES_FOLDER: .*user 1, .*user 65534/)
    },
  )
})

describe.skipIf(isAbsent)('after a kill', () => {
  test('the server is started again under its owner, with all that was committed', async () => {
    const folder = await usedFolder()
    const heard: string[] = []
    const { url } = await start(folder, { onNotice: ({ message }) => heard.push(message) })
    const postgres = await connect(url)
    await postgres.query('CREATE TABLE shops (n bigint)')
    for (let n = 1; n <= 3; n += 1) {
      await retryWithin(30_000, () => postgres.query('INSERT INTO shops VALUES ($1)', [n]))
      process.kill(readPostmaster(dataOf(folder))!.pid, 'SIGKILL')
      const asked = await postgres.query('SELECT pg_sleep(100)').catch((error) => error)
      expect(asked).toBeInstanceOf(TransientError)
    }
    const rows = await retryWithin(30_000, () => postgres.query('SELECT n FROM shops ORDER BY n'))
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(heard).toEqual(Array(3).fill('PostgreSQL ended; it is started again'))
  })

  test('a server that is being started again is ended when its owner stops', async () => {
    const folder = await usedFolder()
    const heard = Promise.withResolvers<string>()
    const server = await start(folder, { onNotice: ({ message }) => heard.resolve(message) })
    process.kill(readPostmaster(dataOf(folder))!.pid, 'SIGKILL')
    await heard.promise
    await server.stop()
    expect(embeddedPostgresUrl(folder)).toBeUndefined()
    await connect((await start(folder)).url)
  })

  test('a server that stands still is ended all the same, and can be started again', async () => {
    const folder = await usedFolder()
    const server = await start(folder)
    process.kill(readPostmaster(dataOf(folder))!.pid, 'SIGSTOP')
    await server.stop()
    await connect((await start(folder)).url)
  })

  test('of its owner the server ends by itself', async () => {
    const folder = await usedFolder()
    const owner = startOwner(folder)
    expect(await owner.line()).toBe('ready')
    expect(embeddedPostgresUrl(folder)).toBeDefined()
    await owner.kill()
    await noServer(folder)
    expect(embeddedPostgresUrl(folder)).toBeUndefined()
  })

  test('of owner or server at any moment, nothing that was acknowledged is missing', async () => {
    const folder = dataFolder()
    const acknowledged = new Set<number>()
    for (let round = 0; round < 6; round += 1) {
      const owner = startOwner(folder, { writes: true })
      // Rounds without a line kill it within its start, the first of all while its files are made.
      const lines = round % 3 === 0 ? 0 : 1 + Math.floor(Math.random() * 400)
      if (lines === 0) await wait(Math.random() * 700)
      for (let i = 0; i < lines; i += 1) acknowledged.add(Number(await owner.line()))
      const postmaster = readPostmaster(dataOf(folder))?.pid
      if (round % 2 === 1 && postmaster !== undefined) process.kill(postmaster, 'SIGKILL')
      owner.child.kill('SIGKILL')
      for (const line of await owner.rest()) acknowledged.add(Number(line))
    }
    acknowledged.delete(Number.NaN)
    const { url } = await start(folder)
    const rows = await (await connect(url)).query<{ n: number }>('SELECT n FROM ledger')
    const kept = new Set(rows.map(({ n }) => n))
    expect(acknowledged.size).toBeGreaterThan(0)
    expect([...acknowledged].filter((n) => !kept.has(n))).toEqual([])
    expect(rows).toHaveLength(kept.size)
  })

  test('a server that was left behind is ended, and nobody else', async () => {
    const folder = await usedFolder()
    const first = await start(folder)
    await first.stop()
    const place = await takePostgresFolder(folder)
    const programs = await preparePostgres(findPostgres(), { asOther: isRoot })
    const args = serverArguments(place.data, Number(new URL(first.url).port), 'killed-process')
    const left = await startServer(place, { program: programs.postgres, args })
    place.release()
    const heard: string[] = []
    const other = await start(await usedFolder(), {
      onNotice: ({ message }) => heard.push(message),
    })
    const postgres = await connect(other.url)
    await postgres.transaction(async () => {
      await connect((await start(folder)).url)
      await left.ended
    })
    expect(heard).toEqual([])
  })

  test('a number that another process has now is not taken for the server', async () => {
    const folder = await usedFolder()
    const bystander = sleeper(65_534)
    const file = join(dataOf(folder), 'postmaster.pid')
    writeFileSync(file, `${bystander.pid}\n/proc/self/cwd\n1\n15001\n\n127.0.0.1\n\nready   \n`)
    if (isRoot) chownSync(file, 65_534, 65_534)
    await endLeftBehind(dataOf(folder))
    await connect((await start(folder)).url)
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
  })
})
