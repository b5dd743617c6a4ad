import { readFileSync } from 'node:fs'

/** Linux counts the time of processes in hundredths of a second, whatever its kernel ticks at. */
const TICK_MS = 10
/**
 * Places of utime, stime, cutime and cstime in /proc/PID/stat, behind the name: proc(5), fields 14
 * to 17. The last two are those of children that have ended.
 */
const TIMES = { from: 11, until: 15 }

/**
 * User and system time that a process and all that it started have used, in ms, all threads included;
 * to 10 ms each. Linux alone. Throws where there is no such process.
 */
export const cpuMsOf = (pid: number): number => {
  const children = childrenOf(readProc(pid, `task/${pid}/children`))
  const own = cpuMsIn(readProc(pid, 'stat'))
  return children.reduce((sum, child) => sum + cpuMsOfChild(child), own)
}

/** The time that a `/proc/PID/stat` tells, in ms. */
export const cpuMsIn = (stat: string): number => {
  // The name stands in parentheses and may hold anything, spaces and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(TIMES.from, TIMES.until).map(Number)
  return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS
}

const readProc = (pid: number, file: string): string =>
  readFileSync(`/proc/${pid}/${file}`, 'latin1')

const childrenOf = (text: string): readonly number[] => text.split(' ').filter(Boolean).map(Number)

/** A child may end meanwhile: from then on its parent tells its time. */
const cpuMsOfChild = (pid: number): number => {
  try {
    return cpuMsOf(pid)
  } catch {
    return 0
  }
}
