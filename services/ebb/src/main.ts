// ebb: the command line, and the whole of Ebb in one process.
// Reads and writes a data folder: the event log, the state of each processor, the access keys.
// One process owns a folder (`up`, `replay`); everything else looks on beside it.
// Guarantees: exit code 0 when all went well, 1 for a fault (said on standard error with its code),
// 130 after Ctrl-C.
import { refuseProduction } from '@ebb/embedded/data-folder'
import { openEmbeddedEngines, readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { onInterrupt } from '@ebb/runtime/interrupt'
import { thisProcess } from '@ebb/runtime/lifecycle'
import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { alertsCommand } from './commands/alerts.ts'
import { replayCommand } from './commands/replay.ts'
import { demoCommand, upCommand } from './commands/up.ts'
import { ebbConfig } from './config.ts'
import type { Engines } from './engines.ts'

const interrupt = new AbortController()
onInterrupt(thisProcess, () => interrupt.abort())

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
  for (const command of [upCommand, demoCommand, replayCommand, alertsCommand])
    program.addCommand(command(context, config))
  await program.parseAsync()
}

main().catch((error: Error & { code?: string }) => {
  process.stderr.write(`${error.code === undefined ? error.stack : error.message}\n`)
  process.exitCode = 1
})
