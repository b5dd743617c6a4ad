import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { alertsCommand } from './commands/alerts.ts'
import { customerCommand } from './commands/customer.ts'
import { doctorCommand } from './commands/doctor.ts'
import { keysCommand } from './commands/keys.ts'
import { rejectsCommand } from './commands/rejects.ts'
import { replayCommand } from './commands/replay.ts'
import { topicsCommand } from './commands/topics.ts'
import { demoCommand, upCommand } from './commands/up.ts'
import type { EbbConfig } from './config.ts'

const COMMANDS = [
  upCommand,
  demoCommand,
  replayCommand,
  keysCommand,
  alertsCommand,
  customerCommand,
  rejectsCommand,
  topicsCommand,
  doctorCommand,
]

/** The whole command line. */
export const ebbProgram = (context: CliContext, config: EbbConfig): Command => {
  const program = new Command('ebb')
    .description('Hears a customer going quiet: events in, silence alerts out.')
    .showHelpAfterError('Add --help to see what there is.')
  for (const command of COMMANDS) program.addCommand(command(context, config))
  return program
}
