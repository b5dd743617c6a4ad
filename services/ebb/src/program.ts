import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { alertsCommand } from './commands/alerts.ts'
import { backtestCommand } from './commands/backtest.ts'
import { customerCommand } from './commands/customer.ts'
import { demoCommand } from './commands/demo.ts'
import { gradesCommand } from './commands/grades.ts'
import { importCommand } from './commands/import.ts'
import { keysCommand } from './commands/keys.ts'
import { modelsCommand } from './commands/models.ts'
import { pauseCommand, resumeCommand } from './commands/pause.ts'
import { policyCommand } from './commands/policy.ts'
import { qualityCommand } from './commands/quality.ts'
import { rebuildCommand } from './commands/rebuild.ts'
import { reconcileCommand } from './commands/reconcile.ts'
import { rejectsCommand } from './commands/rejects.ts'
import { replayCommand } from './commands/replay.ts'
import { simulateCommand } from './commands/simulate.ts'
import { tagsCommand } from './commands/tags.ts'
import { topicsCommand } from './commands/topics.ts'
import { upCommand } from './commands/up.ts'
import { winbacksCommand } from './commands/winbacks.ts'
import type { EbbConfig, EngineOptions } from './config.ts'
import { doctorCommand } from './doctor/doctor.ts'
import { statusCommand } from './status/status.ts'

const COMMANDS = [
  upCommand,
  demoCommand,
  simulateCommand,
  replayCommand,
  backtestCommand,
  rebuildCommand,
  importCommand,
  keysCommand,
  alertsCommand,
  customerCommand,
  rejectsCommand,
  qualityCommand,
  gradesCommand,
  reconcileCommand,
  topicsCommand,
  modelsCommand,
  policyCommand,
  tagsCommand,
  winbacksCommand,
  pauseCommand,
  resumeCommand,
  doctorCommand,
  statusCommand,
]

/** The whole command line. `choose` is called before a command runs. */
export const ebbProgram = (
  context: CliContext,
  config: EbbConfig,
  choose: (options: EngineOptions) => void,
): Command => {
  const program = new Command('ebb')
    .description('Hears a customer going quiet: events in, silence alerts out.')
    .showHelpAfterError('Add --help to see what there is.')
    .configureHelp({ showGlobalOptions: true })
    .option('--kafka <brokers>', 'Apache Kafka at HOST:PORT,… in place of the embedded log')
    .option('--redis <url>', 'Redis in place of the embedded state store')
    .option('--namespace <name>', 'which installation, on engines that several share')
    .hook('preAction', (program) => choose(program.opts<EngineOptions>()))
  for (const command of COMMANDS) program.addCommand(command(context, config))
  return program
}
