import assert from 'node:assert/strict'
import { test } from 'vitest'
import { createLifecycle, type ProcessHost, type StopPhase } from './lifecycle.ts'
import { createLogger } from './logger.ts'

const logger = createLogger({ service: 'test', level: 'silent' })

/** A process whose signals and deadline the test sends. */
const staged = () => {
  const listeners = new Map<string, () => void>()
  const exits: number[] = []
  let deadline: (() => void) | undefined
  let elapsed = 0
  const host: ProcessHost = {
    onSignal: (signal, listener) => listeners.set(signal, listener),
    elapsed: () => elapsed,
    exit: (code) => exits.push(code),
    after: (_, callback) => {
      deadline = callback
      return () => {
        deadline = undefined
      }
    },
  }
  return {
    lifecycle: createLifecycle({ logger, host }),
    exits,
    signal: (name: 'SIGINT' | 'SIGTERM') => listeners.get(name)?.(),
    pass: (ms: number) => {
      elapsed += ms
    },
    passDeadline: () => deadline?.(),
    deadlineRuns: () => deadline !== undefined,
  }
}

const never = () => new Promise<void>(() => undefined)

test('steps run by phase, in a phase the last added first, and the process exits with 0', async () => {
  const { lifecycle, exits, deadlineRuns } = staged()
  const ran: string[] = []
  const add = (phase: StopPhase, name: string) =>
    lifecycle.onStop({
      phase,
      name,
      run: async () => {
        await Promise.resolve()
        ran.push(name)
      },
    })
  add('rest', 'log')
  add('intake', 'processor')
  add('flush', 'spool')
  add('readiness', 'probe')
  add('intake', 'server')
  await lifecycle.stop('test')
  assert.deepEqual(ran, ['probe', 'server', 'processor', 'spool', 'log'])
  assert.deepEqual(exits, [0])
  assert.equal(deadlineRuns(), false)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops the process once', async (name) => {
  const { lifecycle, exits, signal } = staged()
  const ran: string[] = []
  lifecycle.onStop({ phase: 'flush', name: 'spool', run: () => void ran.push('spool') })
  signal(name)
  await lifecycle.stop('again')
  assert.deepEqual(ran, ['spool'])
  assert.deepEqual(exits, [0])
})

test('a step that fails does not keep the others from running, and the exit code tells', async () => {
  const { lifecycle, exits } = staged()
  const ran: string[] = []
  lifecycle.onStop({ phase: 'flush', name: 'broken', run: () => Promise.reject(new Error('no')) })
  lifecycle.onStop({ phase: 'rest', name: 'log', run: () => void ran.push('log') })
  await lifecycle.stop('test')
  assert.deepEqual(ran, ['log'])
  assert.deepEqual(exits, [1])
})

test('behind the deadline the process is ended by force', () => {
  const { lifecycle, exits, signal, passDeadline } = staged()
  lifecycle.onStop({ phase: 'flush', name: 'hangs', run: never })
  signal('SIGTERM')
  assert.deepEqual(exits, [])
  passDeadline()
  assert.deepEqual(exits, [1])
})

test('one key press that comes by several ways is one, a later one ends the process', () => {
  const { lifecycle, exits, signal, pass } = staged()
  lifecycle.onStop({ phase: 'flush', name: 'hangs', run: never })
  signal('SIGTERM')
  signal('SIGINT')
  pass(1_000)
  signal('SIGTERM')
  assert.deepEqual(exits, [])
  pass(1)
  signal('SIGINT')
  assert.deepEqual(exits, [130])
})

test('a fault stops in order too, and exits with 1', async () => {
  const { lifecycle, exits } = staged()
  const ran: string[] = []
  lifecycle.onStop({ phase: 'flush', name: 'spool', run: () => void ran.push('spool') })
  await lifecycle.fail(new Error('broken invariant'))
  assert.deepEqual(ran, ['spool'])
  assert.deepEqual(exits, [1])
})
