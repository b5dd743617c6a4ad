import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const LAUNCH = fileURLToPath(new URL('../../../launch.mjs', import.meta.url))
const LOCK = '{"lockfileVersion":3}'

/** A program that says how it was called, and ends as it is told. */
const PROGRAM = `
  process.on('SIGINT', () => process.exit(42))
  console.log(JSON.stringify(process.argv.slice(2)))
  const [, code] = process.argv.slice(2)
  if (code === 'wait') setInterval(() => {}, 1_000)
  else process.exit(Number(code))
`

/** A workspace in which everything is installed already: nothing here reaches for npm. */
let house: string
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'ebb-launch-'))
  cpSync(LAUNCH, join(house, 'launch.mjs'))
  const stamp = createHash('sha256').update(LOCK).digest('hex')
  write('package-lock.json', LOCK)
  write('node_modules/.ebb-installed', stamp)
  write('services/ebb/src/main.ts', PROGRAM)
})
afterAll(() => rmSync(house, { recursive: true }))

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(house, name)), { recursive: true })
  writeFileSync(join(house, name), text)
}

const launch = (...args: string[]) =>
  spawnSync(process.execPath, ['launch.mjs', ...args], { cwd: house, encoding: 'utf8' })

test('what is no task of the repository goes to the command line, its exit code comes back', () => {
  const { status, stdout, stderr } = launch('replay', '7', '--data', 'a b')
  expect([status, stderr]).toEqual([7, ''])
  expect(JSON.parse(stdout)).toEqual(['replay', '7', '--data', 'a b'])
})

test('the page is built before a command that serves it, and again where its sources changed', () => {
  const builder = `
    const { appendFileSync, mkdirSync } = require('node:fs')
    mkdirSync('dist', { recursive: true })
    appendFileSync('dist/builds', process.argv[2] + ' ')
  `
  write('node_modules/vite/bin/vite.js', builder)
  const sources = [
    'src/main.tsx',
    'public/icon.svg',
    'index.html',
    'vite.config.ts',
    'package.json',
  ]
  for (const name of sources)
    write(`services/dashboard/${name}`, name.endsWith('json') ? '{}' : name)
  for (const name of ['dashboard-api.ts', 'winback-api.ts'])
    write(`packages/contracts/src/${name}`, name)
  const builds = () => readFileSync(join(house, 'services/dashboard/dist/builds'), 'utf8')
  for (const [args, expected] of [
    [['keys', '0'], undefined],
    [['up', '0'], 'build '],
    [['up', '0'], 'build '],
    [['demo', '0'], 'build '],
  ] as const) {
    expect(launch(...args).status).toBe(0)
    if (expected !== undefined) expect(builds()).toBe(expected)
  }
  write('services/dashboard/src/main.tsx', 'changed')
  expect(launch('up', '0').status).toBe(0)
  expect(builds()).toBe('build build ')
})

test('a signal is passed on, and the program ends as it likes', async () => {
  const child = spawn(process.execPath, ['launch.mjs', 'keys', 'wait'], { cwd: house })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([42, null])
})

test('a program that a signal ended gives 128 and the number of the signal', async () => {
  const child = spawn(process.execPath, ['launch.mjs', 'keys', 'wait'], { cwd: house })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([143, null])
})
