import { type ChildProcess, spawn } from 'node:child_process'

/** What becomes of the child of a process that is gone. */
interface WatchdogSettings {
  /** What ends it; SIGKILL by default. */
  readonly signal?: NodeJS.Signals
  /** Removed after it. */
  readonly folder?: string
}

/**
 * Ends a child that was started when this process is gone, even by SIGKILL: the shell reads from a
 * pipe that only we hold, and the pipe's end without a line means that we ended first. Of a child
 * that ended before us, or never started, nothing is touched. Never keeps this process from ending.
 */
export const watchOver = (
  child: ChildProcess,
  { signal = 'SIGKILL', folder }: WatchdogSettings = {},
): void => {
  if (child.pid === undefined) return
  const script = 'read -r _ || { kill -"$1" "$2"; shift 2; rm -rf "$@"; }'
  const folders = folder === undefined ? [] : [folder]
  const facts = [signal.slice('SIG'.length), String(child.pid), ...folders]
  const shell = spawn('sh', ['-c', script, 'watchdog', ...facts], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ignored = (): void => {}
  shell.on('error', ignored).unref()
  shell.stdin.on('error', ignored)
  child.once('exit', () => shell.stdin.end('\n'))
}
