import { readFileSync } from 'node:fs'

/** Linux counts the time of processes in hundredths of a second, whatever its kernel ticks at. */
const TICK_MS = 10
/** Places of utime and stime in /proc/PID/stat, behind the name: proc(5), fields 14 and 15. */
const USER = 11
const SYSTEM = 12

/**
 * User and system time that a process has used, in ms, all threads included; to 10 ms each. Linux
 * alone. Throws where there is no such process.
 */
export const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name stands in parentheses and may hold anything, spaces and parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS
}
