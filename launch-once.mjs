// What the launcher does once: installs, builds. Only node: modules, since nothing is installed yet.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Has the ids of who installs or builds: the launcher first, then the program that it runs. */
const LOCK = fileURLToPath(new URL('.ebb/launch.lock', import.meta.url))
const BEAT_MS = 500
/** Without a beat for so long, and without a process, it was left by one that was killed. */
const SILENT_MS = 5_000
/** Without a beat for so long, other programs have those ids. */
const LONGEST_SILENT_MS = 600_000

/** Whether it was done, and for this. */
export const isStamped = (stamp, text) => existsSync(stamp) && readFileSync(stamp, 'utf8') === text

/** Does what is not done yet, one process at a time: two would take away each other's files. */
export const once = async (doing, { stamp, text, isDone }, work) => {
  if (isDone()) return
  const { takeAlong, release } = await untilAlone()
  try {
    if (isDone()) return
    process.stderr.write(`${doing} (once) …\n`)
    const code = await work(takeAlong)
    if (code !== 0) throw new Error(`${doing} ended with ${code}; see the words above`)
    writeFileSync(stamp, text)
  } finally {
    release()
  }
}

/**
 * Waits for whoever is at work here, as long as the lock has a beat or a process of its own: a killed
 * launcher leaves the lock, and maybe a program that still runs.
 */
const untilAlone = async () => {
  mkdirSync(dirname(LOCK), { recursive: true })
  let last = ''
  let since = performance.now()
  let isTold = false
  while (!tryLock()) {
    const { pids, beat } = readLock()
    if (beat !== last) since = performance.now()
    last = beat
    const silentMs = performance.now() - since
    // A lock that somebody has just taken is not the one that was silent.
    if (silentMs > LONGEST_SILENT_MS || (silentMs > SILENT_MS && !pids.some(isAlive)))
      rmSync(LOCK, { force: true })
    else if (!isTold) {
      process.stderr.write('Another process installs or builds here; waiting for it …\n')
      isTold = true
    }
    await wait(BEAT_MS)
  }
  const beating = setInterval(touchLock, BEAT_MS)
  return {
    takeAlong: ({ pid }) => appendFileSync(LOCK, `${pid}\n`),
    release: () => {
      clearInterval(beating)
      if (readLock().pids[0] === process.pid) rmSync(LOCK, { force: true })
    },
  }
}

const tryLock = () => {
  try {
    writeFileSync(LOCK, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Ids, and what changes with every beat; nothing where it is gone. */
const readLock = () => {
  try {
    const text = readFileSync(LOCK, 'utf8')
    const pids = text.split('\n').map(Number)
    return { pids: pids.filter((pid) => pid > 0), beat: `${text}${statSync(LOCK).mtimeMs}` }
  } catch {
    return { pids: [], beat: '' }
  }
}

const touchLock = () => {
  try {
    utimesSync(LOCK, new Date(), new Date())
  } catch {
    // Somebody took it away by hand.
  }
}

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}
