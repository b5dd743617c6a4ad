import type { Engines } from '@ebb/streaming/engines'
import type { BusinessRecords } from './business-records.ts'
import type { EngineNotices } from './engine-notices.ts'

/** What every command works with. */
export interface CliContext {
  /** Those that the options name; known once a command runs. */
  readonly engines: Engines
  /** Absent on shared engines without a PostgreSQL. */
  readonly records?: BusinessRecords
  /** Names the installation on engines that several share; empty for the only one. */
  readonly namespace: string
  /** Of the customer topics of an installation that is begun. */
  readonly partitions: number
  /** Heard at first by the person, and only of what lasts. */
  readonly notices: EngineNotices
  /** Data folder where none is named. */
  readonly dataFolder: string
  /** Access keys of that folder, where they are not in it. */
  readonly keysFile?: string
  /** Standard output: results. One call, one line. */
  readonly print: (line: string) => void
  /** Standard error: progress, advice and faults. One call, one line. */
  readonly tell: (line: string) => void
  /** Whether a person looks at a terminal that shows colours, and progress bars. */
  readonly isTerminal: boolean
  /** Width of that terminal, in characters. */
  readonly columns: number
  /** Aborts when the person presses Ctrl-C. */
  readonly interrupted: AbortSignal
  /** Sets the exit code of the process; the command goes on to its end. */
  readonly exitCode: (code: number) => void
  /** Ends the process after so many ms, where something that nobody waits for still holds it. */
  readonly endWithin: (ms: number) => void
}
