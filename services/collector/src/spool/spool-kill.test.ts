import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { afterEach, beforeEach, test } from 'vitest'
import { heardLogger, textOf } from './spool-fixture.ts'
import { openSpoolingWriter } from './spooling-writer.ts'

const SENDERS = 8

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * A process whose log is its standard output, away for the first appends: `log` before what the log
 * has, `ack` before what a sender was told is safe.
 */
const CHILD = `
  const [folder, run, away] = process.argv.slice(1)
  const { writeSync } = await import('node:fs')
  const { openSpoolingWriter } = await import(${JSON.stringify(import.meta.resolve('./spooling-writer.ts'))})
  const { TransientError } = await import(${JSON.stringify(import.meta.resolve('@ebb/streaming/faults'))})
  const say = (what, text) => writeSync(1, what + ' ' + text + '\\n')
  let appends = 0
  const log = {
    partitions: async () => 3,
    append: async (to, records) => {
      if (appends++ < Number(away)) throw new TransientError('EBB_TEST_AWAY', 'no broker answers')
      for (const { value } of records) say('log', Buffer.from(value).toString('utf8'))
    },
  }
  const silent = { info() {}, warn() {}, error() {} }
  const settings = { folder, limitBytes: 4e6, patienceMs: 1e4 }
  const writer = await openSpoolingWriter({ log, logger: silent }, settings)
  const send = async (sender) => {
    for (let i = 0; ; i += 1) {
      const text = sender + ' ' + run + ' ' + i
      await writer.write([{ key: 'customer ' + sender, value: Buffer.from(text.padEnd(600)) }], [])
      say('ack', text)
    }
  }
  for (let sender = 0; sender < ${SENDERS}; sender += 1) void send(sender)`

/** Runs it until it has said so many lines, and kills it. */
const runUntilKilled = async (run: number, { away, lines }: { away: number; lines: number }) => {
  const args = ['--input-type=module', '-e', CHILD, folder, String(run), String(away)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const said: string[] = []
  for await (const line of createInterface(child.stdout)) {
    said.push(line.trimEnd())
    if (said.length === lines) child.kill('SIGKILL')
  }
  assert.deepEqual(await ended, [null, 'SIGKILL'])
  return said
}

const saying = (what: string, lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1))

/** Sends what is left, as the next process would. */
const drainRest = async (): Promise<string[]> => {
  const topics = [EVENTS, REJECTS].map((name) => ({ name, partitions: 3 }))
  const log = memoryEventLog({ topics, now: () => 0 })
  const { logger, heard } = heardLogger()
  const writer = await openSpoolingWriter({ log, logger }, { folder, limitBytes: 4e6 })
  if (writer.spooled() > 0) await heard('the spool is drained')
  await writer.close()
  const slices = [0, 1, 2].map((partition) => log.read({ topic: EVENTS, partition }, 0, 1e6))
  return (await Promise.all(slices)).flatMap(({ records }) =>
    records.map((record) => textOf(record).trimEnd()),
  )
}

test('a process that is killed again and again loses nothing that it acknowledged', async () => {
  const said: string[] = []
  // Killed while it only spools, while it drains, and when it has drained: of a few appends that
  // fail, each is repeated after a longer wait than the one before.
  const runs = [
    { away: Number.MAX_VALUE, lines: 100 },
    { away: Number.MAX_VALUE, lines: 301 },
    { away: 3, lines: 402 },
    { away: 6, lines: 703 },
    { away: 1, lines: 504 },
    { away: 7, lines: 1_605 },
    { away: Number.MAX_VALUE, lines: 106 },
  ]
  for (const [run, when] of runs.entries()) said.push(...(await runUntilKilled(run, when)))
  const log = [...saying('log', said), ...(await drainRest())]
  const acknowledged = saying('ack', said)
  assert.ok(acknowledged.length > 1_000)
  const distinct = new Set(log)
  assert.deepEqual(
    acknowledged.filter((text) => !distinct.has(text)),
    [],
  )
  for (let sender = 0; sender < SENDERS; sender += 1) {
    const own = (text: string) => text.startsWith(`${sender} `)
    const told = acknowledged.filter(own)
    const first = [...distinct].filter(own).filter((text) => told.includes(text))
    assert.deepEqual(first, told)
  }
})
