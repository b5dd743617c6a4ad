import { fileURLToPath } from 'node:url'
import {
  type Ended,
  type NodeProcess,
  type NodeProgram,
  startNodeProcess,
} from '@ebb/testkit/node-process'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const running = new Set<NodeProcess>()

/** Lets every service take a port that is free. */
export const ANY_PORTS = {
  EBB_COLLECTOR_PORT: '0',
  EBB_FEATURES_PORT: '0',
  EBB_RETENTION_PORT: '0',
  EBB_INSIGHTS_PORT: '0',
}

/** Where the command line runs, and with what environment. */
type EbbOptions = Pick<NodeProgram, 'cwd' | 'env'>

/** Starts the command line as a person would, in a process of its own. */
export const startEbb = (args: readonly string[], options: EbbOptions = {}): NodeProcess => {
  const name = ['ebb', ...args].join(' ')
  const ebb = startNodeProcess({ name, main: MAIN, args, ...options })
  running.add(ebb)
  void ebb.ended.then(() => running.delete(ebb))
  return ebb
}

/** Runs a command to its end. */
export const runEbb = (args: readonly string[], options?: EbbOptions): Promise<Ended> =>
  startEbb(args, options).ended

/** Ends what a failed test left running. */
export const endAll = async (): Promise<void> => {
  await Promise.all([...running].map((ebb) => ebb.kill('SIGKILL')))
}

/** The object in the last line of standard output. */
export const lastJson = ({ out }: Ended): Record<string, unknown> =>
  JSON.parse(out.trimEnd().split('\n').at(-1)!) as Record<string, unknown>
