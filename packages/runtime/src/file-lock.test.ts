import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'vitest'
import { withFileLock } from './file-lock.ts'

let folder = ''
let lockPath = ''
const refuse = (path: string) => new Error(`taken: ${path}`)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-lock-'))
  lockPath = join(folder, 'keys.json.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const attempt = (patienceMs: number) => withFileLock({ lockPath, patienceMs, refuse }, () => 'done')

/** Of a process that has ended. */
const deadPid = (): string =>
  execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' })

/** As a process leaves it behind that was killed `secondsAgo`. */
const leave = (text: string, secondsAgo = 0): void => {
  writeFileSync(lockPath, text)
  const at = Date.now() / 1_000 - secondsAgo
  utimesSync(lockPath, at, at)
}

test('the lock is there while the work runs and gone afterwards, also when it fails', async () => {
  const held = () => readFileSync(lockPath, 'utf8')
  assert.equal(await withFileLock({ lockPath, patienceMs: 0, refuse }, held), `${process.pid}\n`)
  const failing = withFileLock({ lockPath, patienceMs: 0, refuse }, () => {
    throw new Error('no')
  })
  await assert.rejects(failing, /no/)
  assert.deepEqual(readdirSync(folder), [])
})

test.each([
  ['of a process that has ended', deadPid(), 0],
  ['of a killed process that had our process id', `${process.pid}\n`, 0],
  ['of a process killed before it signed, a while ago', '', 61],
  ['that nobody can read, from a while ago', 'garbage', 61],
])('a lock %s does not stand in the way', async (_, text, secondsAgo) => {
  leave(text, secondsAgo)
  assert.equal(await attempt(5_000), 'done')
  assert.deepEqual(readdirSync(folder), [])
})

test.each([
  ['of a living process', `${process.ppid}\n`, 61],
  ['that is being written', '', 0],
])('a lock %s stays', async (_, text, secondsAgo) => {
  leave(text, secondsAgo)
  await assert.rejects(attempt(50), { message: `taken: ${lockPath}` })
  assert.deepEqual(readdirSync(folder), ['keys.json.lock'])
})

test('a disk that takes no byte more leaves no lock behind', () => {
  const module = JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))
  const script = `
    const { withFileLock } = await import(${module})
    const refuse = () => new Error('taken')
    const settings = { lockPath: ${JSON.stringify(lockPath)}, patienceMs: 0, refuse }
    await withFileLock(settings, () => undefined).catch(({ code }) => console.log(code))
  `
  // A shell that may write files of no bytes stands for the full disk.
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  assert.equal(stdout, 'EFBIG\n')
  assert.equal(existsSync(lockPath), false)
})
