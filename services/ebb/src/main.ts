// ebb: the command line, and the whole of Ebb in one process.
// Reads and writes a data folder: the event log, the state of each processor, the access keys.
// One process owns a folder (`up`, `replay`); everything else looks on beside it.
// Guarantees: exit code 0 when all went well, 1 for a fault (said on standard error with its code),
// 130 after Ctrl-C.
import { refuseProduction } from '@ebb/embedded/data-folder'
import { openEmbeddedEngines, readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { replayCommand } from './commands/replay.ts'
import { ebbConfig } from './config.ts'
import type { Engines } from './engines.ts'

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // Whoever asks twice does not want to wait.
    if (interrupt.signal.aborted) process.exit(130)
    interrupt.abort()
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
    isTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    interrupted: interrupt.signal,
    exitCode: (code) => {
      process.exitCode = code
    },
  }
  const program = new Command('ebb').description('hears a customer going quiet')
  for (const command of [replayCommand]) program.addCommand(command(context))
  await program.parseAsync()
}

main().catch((error: Error & { code?: string }) => {
  process.stderr.write(`${error.code === undefined ? error.stack : error.message}\n`)
  process.exitCode = 1
})
