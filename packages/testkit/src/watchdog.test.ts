import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from './native-engine.ts'

// Calls us, and ends when it is told to or when we hang up: whatever fails, it does not stay.
const CHILD = `
  import { connect } from 'node:net'
  const socket = connect(Number(process.argv[2]), '127.0.0.1').on('close', () => process.exit())
  process.on('SIGINT', () => socket.end('interrupted'))
`

let folder: string
let main: string
let server: Server
let parent: ChildProcess | undefined
let caller: Socket | undefined
beforeEach(async () => {
  folder = temporaryFolder('watchdog')
  main = join(folder, 'child.mjs')
  writeFileSync(main, CHILD)
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  parent?.kill('SIGKILL')
  caller?.destroy()
  server.close()
  rmSync(folder, { recursive: true })
})

/** Starts a process with a child, kills it when the child has called, and hears the child out. */
const lastWordsOfChild = async (start: (port: string) => string): Promise<string> => {
  const port = String((server.address() as AddressInfo).port)
  const script = `${start(port)}; process.stdout.write('started'); setInterval(() => {}, 60_000)`
  const started = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
  })
  parent = started
  const [[call]] = await Promise.all([once(server, 'connection'), once(started.stdout, 'data')])
  caller = call as Socket
  started.kill('SIGKILL')
  return text(caller)
}

const watched = (settings: object) => (port: string) =>
  `
  import { spawn } from 'node:child_process'
  import { watchOver } from '@ebb/embedded/watchdog'
  const child = spawn(process.execPath, ${JSON.stringify([main, port])}, { stdio: 'ignore' })
  watchOver(child, ${JSON.stringify(settings)})
`

test.each([
  [{}, ''],
  [{ signal: 'SIGINT' }, 'interrupted'],
])('a child ends with the parent that is killed, by %o', async (settings, lastWords) => {
  expect(await lastWordsOfChild(watched(settings))).toBe(lastWords)
})

test('a folder goes with the child', async () => {
  const data = join(folder, 'data')
  mkdirSync(join(data, 'log'), { recursive: true })
  const gone = Promise.withResolvers<void>()
  const watcher = watch(folder, () => existsSync(data) || gone.resolve())
  await lastWordsOfChild(watched({ folder: data }))
  await gone.promise.finally(() => watcher.close())
  expect(existsSync(main)).toBe(true)
})

test('a program of this project ends with the parent that is killed', async () => {
  const start = (port: string) => `
    import { startNodeProcess } from '@ebb/testkit/node-process'
    startNodeProcess(${JSON.stringify({ name: 'child', main, args: [port] })})
  `
  expect(await lastWordsOfChild(start)).toBe('')
})
