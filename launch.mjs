#!/usr/bin/env node
// Starts everything in this repository with whatever Node there is (20 or newer), on a machine where
// nothing else was set up: installs the packages the lock file names, finds a Node that is new enough
// for the services (24: it runs TypeScript), and passes the rest on.
//
//   node launch.mjs test | check | bench | chaos | soak …   about this repository
//   node launch.mjs up | replay | alerts | …                the command line of Ebb; also `npx ebb …`
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isStamped, once } from './launch-once.mjs'

const ROOT = dirname(fileURLToPath(import.meta.url))
const MODULES = join(ROOT, 'node_modules')
const OLDEST_NODE = 24
const REPORT = join(ROOT, '.ebb', 'test-report.json')
/** Which server served which tests, and which files went without. */
const ENGINES = join(ROOT, '.ebb', 'test-engines.txt')

const COMMANDS = {
  chaos: (args) => node([...typescript('chaos/src/main.ts'), ...args]),
  bench: (args) => node(['--expose-gc', ...typescript('bench/src/main.ts'), ...args]),
  soak: async (args) => {
    await buildPage()
    return node([...typescript('bench/src/soak.ts'), ...args])
  },
  check: () => turbo(['typecheck', 'lint', 'unused']),
  test: async () => {
    await buildPage()
    const code = await turbo(['typecheck', 'lint', 'unused', 'vitest'])
    return tellTests() && code === 0 ? 0 : code || 1
  },
}

/**
 * What V8 is told where all services are one process. How much garbage it lets lie goes by the most
 * that the heap may have, gigabytes where nothing is said: docs/performance.md has both measured.
 */
const HEAP_LIMITS = {
  demo: '--max-semi-space-size=16 --max-old-space-size=512',
  // Its states in memory alone may have 192 MiB.
  up: '--max-semi-space-size=16 --max-old-space-size=1024',
}

/**
 * Bytes. Without a word malloc (glibc) keeps ever larger pieces that were freed: twice the largest
 * that it had once got from the kernel, for each thread. This is what it begins with, and now stays.
 */
const MALLOC_TRIM_THRESHOLD = '131072'

const ebb = async (args) => {
  const command = [...typescript('services/ebb/src/main.ts'), ...args]
  const serving = args.find((arg) => Object.hasOwn(HEAP_LIMITS, arg))
  if (serving === undefined) return run(nodeBinary(), command, { env: quickly(environment()) })
  await buildPage()
  const env = environment()
  // What one sets oneself has the last word.
  env.NODE_OPTIONS = `${HEAP_LIMITS[serving]} ${env.NODE_OPTIONS ?? ''}`
  env.MALLOC_TRIM_THRESHOLD_ ??= MALLOC_TRIM_THRESHOLD
  return run(nodeBinary(), command, { env })
}

const typescript = (file) => ['--disable-warning=ExperimentalWarning', join(ROOT, file)]

/** Installs what the lock file names, unless that was done for this lock file already. */
const install = () => {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  const stamp = join(MODULES, '.ebb-installed')
  const isDone = () => {
    if (isStamped(stamp, lock)) return true
    if (!wasInstalledByHand()) return false
    writeFileSync(stamp, lock)
    return true
  }
  return once('Installing packages', { stamp, text: lock, isDone }, (onStart) => {
    // npm under Windows is a .cmd, which only a shell starts.
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
    const shell = process.platform === 'win32'
    return run('npm', args, { cwd: ROOT, env: withoutPrefix(process.env), shell, onStart })
  })
}

/**
 * Whether npm has put here all that the lock file names, and nothing else: it writes down what it did
 * when all of it is done, and itself believes that until a package is newer. What is for other
 * machines may be missing. In doubt it was not.
 */
const wasInstalledByHand = () => {
  const told = join(MODULES, '.package-lock.json')
  const found = packagesIn(told)
  const names = Object.keys(found)
  if (names.length === 0) return false
  const { mtimeMs } = statSync(told)
  const { '': _root, ...wanted } = packagesIn(join(ROOT, 'package-lock.json'))
  const isRight = ([name, entry]) => {
    if (!Object.hasOwn(found, name)) return isForOthers(entry)
    if (JSON.stringify(found[name]) !== JSON.stringify(entry)) return false
    const folder = join(ROOT, name)
    if (!existsSync(join(folder, 'package.json'))) return false
    // Workspaces have none, and change while one works.
    return entry.integrity === undefined || statSync(folder).mtimeMs <= mtimeMs
  }
  return names.every((name) => Object.hasOwn(wanted, name)) && Object.entries(wanted).every(isRight)
}

const packagesIn = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/** Not for this machine; where no machine is named, it is for another package that is not here. */
const isForOthers = ({ optional, os, cpu, libc }) => {
  if (optional !== true) return false
  const named = [
    [os, process.platform],
    [cpu, process.arch],
    [libc, libc && libcHere()],
  ].filter(([names]) => names !== undefined)
  return named.length === 0 || named.some(([names, here]) => !isAmong([names].flat(), here))
}

const isAmong = (names, here) =>
  names.includes(here) ||
  (names.every((name) => name.startsWith('!')) && !names.includes(`!${here}`))

const libcHere = () =>
  process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'

/** Builds the page of the dashboard, unless that was done for the sources that are there. */
const buildPage = () => {
  const folder = join(ROOT, 'services', 'dashboard')
  const stamp = join(folder, 'dist', '.built')
  const text = digestOf([join(folder, 'src'), ...PAGE_FILES.map((file) => join(folder, file))])
  const isDone = () => isStamped(stamp, text)
  return once('Building the dashboard', { stamp, text, isDone }, (onStart) => {
    const args = [join(MODULES, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error']
    return run(nodeBinary(), args, { cwd: folder, env: environment(), onStart })
  })
}

/** What the page is built from, beside its sources. */
const PAGE_FILES = [
  ...['public', 'index.html', 'vite.config.ts', 'package.json'],
  ...['dashboard-api.ts', 'winback-api.ts'].map((name) =>
    join('..', '..', 'packages', 'contracts', 'src', name),
  ),
]

/** Changes with any file at or below these paths. */
const digestOf = (paths) => {
  const hash = createHash('sha256')
  for (const path of paths) {
    const names = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true }).sort()
      : ['']
    for (const name of names) {
      const file = join(path, name)
      if (statSync(file).isFile()) hash.update(`${name}\n`).update(readFileSync(file))
    }
  }
  return hash.digest('hex')
}

/** After `npm --prefix … start` an inner npm would look for its global settings below that prefix. */
const withoutPrefix = (env) =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_config_(\w*prefix|globalconfig)$/i.test(name)),
  )

/** The Node that runs services: this one where it is new enough, else the one npm installed. */
const nodeBinary = () => {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath
  const { platform, arch } = process
  const windows = platform === 'win32'
  const names = [`node-${windows ? 'win' : platform}-${arch}`, `node-bin-${platform}-${arch}`]
  for (const name of names) {
    const file = join(MODULES, name, 'bin', windows ? 'node.exe' : 'node')
    if (existsSync(file)) return file
  }
  throw new Error(
    `Ebb needs Node ${OLDEST_NODE} or newer; this is ${process.version}, and npm has none for ` +
      `${platform} on ${arch}. Install Node ${OLDEST_NODE} and try again.`,
  )
}

const environment = () => {
  const path = [dirname(nodeBinary()), join(MODULES, '.bin'), process.env.PATH].join(delimiter)
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
}

/**
 * For processes that are started often and end soon: they find what others have compiled. What serves
 * starts rarely, and its memory was measured without.
 */
const quickly = (env) => ({
  NODE_COMPILE_CACHE: join(MODULES, '.cache', 'ebb-compiled'),
  ...env,
})

const node = (args) => run(nodeBinary(), args, { env: environment() })

const turbo = (tasks) => {
  mkdirSync(dirname(REPORT), { recursive: true })
  for (const file of [REPORT, ENGINES]) writeFileSync(file, '')
  const flags = [
    '--env-mode=loose',
    '--output-logs=errors-only',
    '--log-order=grouped',
    '--concurrency=2',
    '--continue',
  ]
  const binary = join(MODULES, 'turbo', 'bin', 'turbo')
  const env = quickly(environment())
  return run(nodeBinary(), [binary, 'run', ...tasks, ...flags], { cwd: ROOT, env })
}

/** What did not run, then one line that counts, from the report of the test runner. */
const tellTests = () => {
  const text = readFileSync(REPORT, 'utf8')
  if (text === '') return false
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success, testResults } =
    JSON.parse(text)
  for (const { name, assertionResults, message } of testResults) {
    const skipped = assertionResults.filter(
      ({ status }) => status !== 'passed' && status !== 'failed',
    )
    for (const { fullName } of skipped) process.stdout.write(`NOT RUN: ${fullName}\n`)
    if (assertionResults.length === 0) process.stdout.write(`NOT RUN: ${name} ${message}\n`)
  }
  process.stdout.write(readFileSync(ENGINES, 'utf8'))
  const skipped = numPendingTests + numTodoTests
  process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`)
  return success
}

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }

/** Runs a program to its end, passing signals on; resolves to its exit code. */
const run = (command, args, { onStart, ...options }) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    if (child.pid !== undefined) onStart?.(child)
    for (const signal of Object.keys(SIGNALS)) process.on(signal, () => child.kill(signal))
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal] ?? 0)))
  })

const args = process.argv.slice(2)
try {
  await install()
  const command = Object.hasOwn(COMMANDS, args[0] ?? '') ? COMMANDS[args[0]] : undefined
  process.exitCode = await (command === undefined ? ebb(args) : command(args.slice(1)))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
