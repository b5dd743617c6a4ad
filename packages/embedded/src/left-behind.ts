import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isAlive, readPostmaster } from './postgres-folder.ts'

const LOOK_EVERY_MS = 20

/** What a server that is still there hears, and for how long each is waited for, in ms. */
const SIGNALS: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
]
const KILLED_MS = 5_000

/**
 * Ends what an owner that was killed left running on these files: the server, and servants of one
 * that is gone. Only who is seen to work on them is touched; a number that another process has now is
 * not. The caller owns the folder.
 */
export const endLeftBehind = async (data: string): Promise<void> => {
  const postmaster = readPostmaster(data)?.pid
  for (const [signal, ms] of SIGNALS) {
    const running = processesOn(data)
    if (postmaster === undefined || !running.includes(postmaster)) break
    send(postmaster, signal)
    await untilNone(data, ms)
  }
  for (const pid of processesOn(data)) send(pid, 'SIGKILL')
  await untilNone(data, KILLED_MS)
  // Its number may be another process's by now, which PostgreSQL would take for itself.
  if (process.platform === 'linux' && processesOn(data).length === 0)
    rmSync(join(data, 'postmaster.pid'), { force: true })
}

const untilNone = async (data: string, ms: number): Promise<void> => {
  const giveUpAt = performance.now() + ms
  while (processesOn(data).length > 0 && performance.now() < giveUpAt) await wait(LOOK_EVERY_MS)
}

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone by itself.
  }
}

/** Ids of PostgreSQL's processes that work on these files. Elsewhere than on Linux: of the first. */
const processesOn = (data: string): number[] => {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isPostgresIn(name, data))
      .map(Number)
  const pid = readPostmaster(data)?.pid
  return pid !== undefined && isAlive(pid) && commandOf(pid).includes(data) ? [pid] : []
}

const isPostgresIn = (pid: string, data: string): boolean => {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'postgres\n') return false
    const [theirs, ours] = [statSync(`/proc/${pid}/cwd`), statSync(data)]
    return theirs.ino === ours.ino && theirs.dev === ours.dev
  } catch {
    return false
  }
}

const commandOf = (pid: number): string => {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
