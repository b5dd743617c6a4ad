import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'vitest'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-sync-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const RECORDS = 3

/** Writes records while no broker answers. Looks for a file as soon as each is told to be safe. */
const CHILD = `
  const [folder] = process.argv.slice(1)
  const { access } = await import('node:fs/promises')
  const { openSpoolingWriter } = await import(${JSON.stringify(import.meta.resolve('./spooling-writer.ts'))})
  const { TransientError } = await import(${JSON.stringify(import.meta.resolve('@ebb/streaming/faults'))})
  const away = async () => { throw new TransientError('EBB_TEST_AWAY', 'no broker answers') }
  const silent = { info() {}, warn() {}, error() {} }
  const settings = { folder, limitBytes: 4e6 }
  const log = { partitions: away, append: away }
  const writer = await openSpoolingWriter({ log, logger: silent }, settings)
  for (let i = 0; i < ${RECORDS}; i += 1) {
    await writer.write([{ key: 'customer', value: Buffer.from('event ' + i) }], [])
    await access(folder)
  }
  process.exit(0)`

/** Of the tracing of Node itself; one call to the file system has a beginning and an end. */
interface TraceEvent {
  readonly name: string
  readonly ph: 'b' | 'e'
  /** Microseconds. */
  readonly ts: number
}

test('what a sender is told is safe was synced to the disk before, each time', async () => {
  const trace = join(folder, 'trace.json')
  const tracing = ['--trace-event-categories', 'node.fs.async', '--trace-event-file-pattern', trace]
  const args = [...tracing, '--input-type=module', '-e', CHILD, join(folder, 'spool')]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: TraceEvent[] }
  const isSynced = ({ name, ph }: TraceEvent) => name === 'fdatasync' && ph === 'e'
  const isToldSafe = ({ name, ph }: TraceEvent) => name === 'access' && ph === 'b'
  const steps = traceEvents
    .filter((event) => isSynced(event) || isToldSafe(event))
    .sort((a, b) => a.ts - b.ts)
    .map(({ name }) => name)
  assert.deepEqual(steps, Array(RECORDS).fill(['fdatasync', 'access']).flat())
})
