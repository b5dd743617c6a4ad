// ebb: the command line, and the whole of Ebb in one process.
// Reads and writes a data folder: the event log, the state of each processor, the access keys.
// One process owns a folder (`up`, `replay`); everything else looks on beside it.
// Guarantees: exit code 0 when all went well, 1 for a fault (said on standard error with its code),
// 130 after Ctrl-C; `up` and `demo` end with 0 when they are told to stop.
import { refuseProduction } from '@ebb/embedded/data-folder'
import { openEmbeddedEngines, readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { onInterrupt } from '@ebb/runtime/interrupt'
import { thisProcess } from '@ebb/runtime/lifecycle'
import type { CliContext } from './cli-context.ts'
import { ebbConfig } from './config.ts'
import type { Engines } from './engines.ts'
import { ebbProgram } from './program.ts'

const interrupt = new AbortController()
onInterrupt(thisProcess, () => interrupt.abort())

// A log that cannot be written is no reason to stop hearing customers.
process.stderr.on('error', () => {})
// Whoever reads the output has read enough, as `head` does.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(0)
})

const main = async (): Promise<void> => {
  const config = ebbConfig()
  const engines: Engines = {
    names: { log: 'SQLite (node:sqlite)', store: 'SQLite (node:sqlite)' },
    own: (folder, settings) => {
      refuseProduction(config.nodeEnv, config.allowEmbedded === 'yes')
      return openEmbeddedEngines(folder, settings)
    },
    look: readEmbeddedEngines,
  }
  const context: CliContext = {
    engines,
    dataFolder: config.dataFolder,
    print: (line) => process.stdout.write(`${line}\n`),
    tell: (line) => process.stderr.write(`${line}\n`),
    isTerminal: process.stdout.isTTY === true && process.stdout.hasColors(),
    columns: process.stdout.columns ?? 80,
    interrupted: interrupt.signal,
    exitCode: (code) => {
      process.exitCode = code
    },
  }
  await ebbProgram(context, config).parseAsync()
}

await main().catch(({ code, message, stack }: Error & { code?: string }) => {
  const told = message.startsWith(`${code}`) ? message : `${code}: ${message}`
  process.stderr.write(`${code === undefined ? stack : told}\n`)
  process.exitCode = 1
})
