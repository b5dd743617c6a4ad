import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const LAUNCHER = ['launch.mjs', 'launch-once.mjs']
const sourceOf = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const LOCK = '{"lockfileVersion":3}'

/** A program that says how it was called, and ends as it is told. */
const PROGRAM = `
  process.on('SIGINT', () => process.exit(42))
  console.log(JSON.stringify(process.argv.slice(2)))
  const [, code, ...variables] = process.argv.slice(2)
  for (const name of variables) console.log(process.env[name] ?? '')
  if (code === 'wait') setInterval(() => {}, 1_000)
  else process.exit(Number(code))
`

/** A workspace in which everything is installed already; npm is one of our own. */
let house: string
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'ebb-launch-'))
  for (const name of LAUNCHER) cpSync(sourceOf(name), join(house, name))
  const stamp = createHash('sha256').update(LOCK).digest('hex')
  write('package-lock.json', LOCK)
  write('node_modules/.ebb-installed', stamp)
  write('services/ebb/src/main.ts', PROGRAM)
  writePage()
})
afterAll(() => rmSync(house, { recursive: true }))

/** A page, and a builder of our own that counts. */
const writePage = (): void => {
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
}

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(house, name)), { recursive: true })
  writeFileSync(join(house, name), text)
}

const launch = (...args: string[]) =>
  spawnSync(process.execPath, ['launch.mjs', ...args], { cwd: house, encoding: 'utf8', env: ENV })

/** As a person has it: these tests may run below a launcher themselves. */
const ENV = { ...process.env, NODE_COMPILE_CACHE: undefined }

test('what is no task of the repository goes to the command line, its exit code comes back', () => {
  const { status, stdout, stderr } = launch('replay', '7', '--data', 'a b')
  expect([status, stderr]).toEqual([7, ''])
  expect(JSON.parse(stdout)).toEqual(['replay', '7', '--data', 'a b'])
})

test('what ends soon leaves what was compiled of it to the next one', () => {
  const compiled = join(house, 'node_modules/.cache/ebb-compiled')
  rmSync(compiled, { recursive: true, force: true })
  expect(launch('replay', '0').status).toBe(0)
  expect(readdirSync(compiled, { recursive: true }).length).toBeGreaterThan(1)
})

test('the page is built before a command that serves it, and again where its sources changed', () => {
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

test('what serves is told how much memory to keep; what one sets oneself has the last word', () => {
  const told = (env: NodeJS.ProcessEnv, command: string): string[] => {
    const names = ['NODE_OPTIONS', 'MALLOC_TRIM_THRESHOLD_']
    const args = ['launch.mjs', command, '0', ...names]
    const { stdout } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8', env })
    return stdout.trimEnd().split('\n').slice(1)
  }
  const bare = { ...ENV, NODE_OPTIONS: undefined, MALLOC_TRIM_THRESHOLD_: undefined }
  const own = { ...ENV, NODE_OPTIONS: '--no-deprecation', MALLOC_TRIM_THRESHOLD_: '7' }
  for (const command of ['up', 'demo']) {
    expect(told(bare, command)).toEqual([expect.stringContaining('--max-old-space'), '131072'])
    expect(told(own, command)).toEqual([expect.stringMatching(/ --no-deprecation$/), '7'])
  }
  expect(told(own, 'keys')).toEqual(['--no-deprecation', '7'])
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

/** Stands for npm: writes down when it begins and ends, and works for as long as it is told. */
const NPM = `#!${process.execPath}
  const { appendFileSync, writeSync } = require('node:fs')
  appendFileSync('installs', 'begin ')
  writeSync(1, 'npm works\\n')
  setTimeout(() => appendFileSync('installs', 'end '), Number(process.env.WORK_MS))
`

describe('where nothing is installed', () => {
  const env = () => ({ PATH: [join(house, 'bin'), process.env['PATH']].join(delimiter) })
  const begin = (workMs: number) => {
    const environment = { ...env(), WORK_MS: String(workMs) }
    const args = ['launch.mjs', 'keys', '0']
    const child = spawn(process.execPath, args, { cwd: house, env: environment })
    return { child, told: once(child.stderr, 'data').then(String), ended: once(child, 'close') }
  }
  const installs = () => readFileSync(join(house, 'installs'), 'utf8')

  beforeEach(() => {
    write('bin/npm', NPM)
    chmodSync(join(house, 'bin', 'npm'), 0o755)
    write('installs', '')
    rmSync(join(house, 'node_modules/.ebb-installed'), { force: true })
  })

  test('the second of two commands waits for the first, and installs nothing', async () => {
    const first = begin(2_000)
    expect(await first.told).toContain('Installing packages')
    const second = begin(0)
    expect(await second.told).toContain('waiting for it')
    expect(await Promise.all([first.ended, second.ended])).toEqual([
      ...[
        [0, null],
        [0, null],
      ],
    ])
    expect(installs()).toBe('begin end ')
    expect(existsSync(join(house, '.ebb/launch.lock'))).toBe(false)
  })

  test('behind a killed one the next waits for its npm, and then does it again', async () => {
    const first = begin(8_000)
    await once(first.child.stdout, 'data')
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = begin(0)
    expect(await second.told).toContain('waiting for it')
    expect(await second.ended).toEqual([0, null])
    expect(installs()).toBe('begin end begin end ')
  })

  describe('by us, but by a person', () => {
    const { platform, arch } = process
    const entry = (more: object = {}) => ({ version: '1.0.0', integrity: 'sha512-x', ...more })
    const others = { optional: true, os: [`!${platform}`], cpu: [arch] }
    const wanted = {
      ...{ '': { name: 'house' }, 'packages/own': { version: '1.0.0' } },
      ...{ 'node_modules/a': entry(), 'node_modules/a/node_modules/b': entry({ dev: true }) },
      'node_modules/native': entry({ optional: true, os: [platform], cpu: arch }),
    }
    const missing = {
      'node_modules/foreign': entry(others),
      'node_modules/of-foreign': entry({ optional: true }),
    }
    const { '': _root, ...found } = wanted
    const isThere = (names: string[], packages: object) => {
      for (const name of names) write(`${name}/package.json`, '{}')
      write('node_modules/.package-lock.json', JSON.stringify({ packages }))
    }
    const all = Object.keys(found)
    beforeEach(() => {
      rmSync(join(house, 'node_modules'), { recursive: true })
      write('package-lock.json', JSON.stringify({ packages: { ...wanted, ...missing } }))
    })
    afterAll(() => write('package-lock.json', LOCK))

    const without = (name: keyof typeof found) => {
      const { [name]: _left, ...rest } = found
      return rest
    }

    test('nothing is installed again', async () => {
      isThere(all, found)
      for (const _time of ['first', 'second']) expect(await begin(0).ended).toEqual([0, null])
      expect(installs()).toBe('')
    })

    test.each([
      [
        'a package has another version',
        all,
        { ...found, 'node_modules/a': entry({ version: '2' }) },
      ],
      ['one is left out', all, without('node_modules/a/node_modules/b')],
      ['one for this machine is left out', all, without('node_modules/native')],
      ['there is one more', all, { ...found, 'node_modules/a/node_modules/c': entry() }],
      ['a folder is gone', all.filter((name) => name !== 'node_modules/native'), found],
      ['nothing is written down', all, {}],
    ])('it is installed where %s', async (_what, names, packages) => {
      isThere(names, packages)
      expect(await begin(0).ended).toEqual([0, null])
      expect(installs()).toBe('begin end ')
    })

    test('it is installed where a package has changed since', async () => {
      isThere(all, found)
      const past = new Date(Date.now() - 60_000)
      utimesSync(join(house, 'node_modules/.package-lock.json'), past, past)
      expect(await begin(0).ended).toEqual([0, null])
      expect(installs()).toBe('begin end ')
    })
  })
})
