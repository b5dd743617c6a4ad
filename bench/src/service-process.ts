import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Engines } from './benchmark.ts'

/** A service of Ebb in a process of its own, which ends with this one. */
export interface ServiceProcess {
  readonly pid: number
  stop(): Promise<void>
}

/** Where a service runs. */
export interface ServicePlace {
  readonly engines: Engines
  readonly namespace: string
  /** Takes the file of access keys. */
  readonly folder: string
}

/** Where what a service logs goes: its standard output is none of ours. */
export const STANDARD_ERROR = 2

/** Starts a service as it is shipped. What it logs from a warning on goes to standard error. */
export const startService = (
  name: 'features' | 'scorer',
  { engines: { kafka, redis }, namespace, folder }: ServicePlace,
): ServiceProcess => {
  const child = fork(fileURLToPath(import.meta.resolve(`@ebb/${name}/main`)), [], {
    env: {
      EBB_KAFKA: kafka!.brokers.join(','),
      EBB_REDIS: redis!.url,
      EBB_NAMESPACE: namespace,
      EBB_KEYS: join(folder, 'keys.json'),
      EBB_FEATURES_PORT: '0',
      EBB_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', STANDARD_ERROR, STANDARD_ERROR, 'ipc'],
  })
  return serviceProcess(child)
}

/** A child process that does not outlive this one. */
export const serviceProcess = (child: ChildProcess): ServiceProcess => {
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  return {
    pid: child.pid!,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    },
  }
}
