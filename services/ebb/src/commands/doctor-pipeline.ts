import type { Installation } from '@ebb/contracts/installation'
import { TOPICS } from '@ebb/contracts/topics'
import type { ReadEngines } from '@ebb/streaming/engines'
import { HaltError } from '@ebb/streaming/faults'
import { type Check, fail, ok, warn } from './doctor-check.ts'
import { duration, shopSecond } from './shop-time.ts'
import { lagOf, type Processor, type Standing } from './standing.ts'

/**
 * Every topic is there; those keyed by customer have as many partitions as the states. `begin` is
 * the command that makes what is missing.
 */
export const checkTopics = async (
  { log }: ReadEngines,
  installation: Installation | undefined,
  begin: string,
): Promise<Check> => {
  const found = await Promise.all(
    TOPICS.map(async ({ name, key }) => ({ name, key, count: await partitionsOf(log, name) })),
  )
  const name = 'topics'
  const missing = found.filter(({ count }) => count === undefined)
  if (missing.length > 0)
    return fail(name, `missing: ${namesOf(missing)}`, `Run \`${begin}\`, which makes them`)
  const wanted = installation?.partitions ?? found[0]!.count!
  const odd = found.filter(({ key, count }) => key === 'customer' && count !== wanted)
  if (odd.length === 0) return ok(name, `${found.length} topics of ${wanted} partitions`)
  const mend = 'Restore the data folder from a backup: states need the same partitions'
  return fail(name, `not of ${wanted} partitions: ${namesOf(odd)}`, mend)
}

const namesOf = (topics: readonly { name: string }[]): string =>
  topics.map(({ name }) => name).join(', ')

const partitionsOf = async (log: ReadEngines['log'], topic: string): Promise<number | undefined> =>
  log.partitions(topic).catch((error: unknown) => {
    if (error instanceof HaltError && error.code === 'EBB_TOPIC_MISSING') return undefined
    throw error
  })

const LAG_RECORDS = 1_000

/** How many records wait for a processor. */
export const checkLag = (
  { name, input }: Processor,
  standings: readonly Standing[] | undefined,
): Check => {
  if (standings === undefined) return warn(name, 'never ran', 'Start `ebb up`')
  const lag = lagOf(standings)
  const found = `${lag.toLocaleString('en-US')} records behind the end of ${input}`
  if (lag <= LAG_RECORDS) return ok(name, found)
  return warn(name, found, 'Look again: if it does not fall, the log of the process says why')
}

/** What the clocks are compared with. */
export interface ClockSettings {
  readonly installation: Installation | undefined
  /** A process that moves the clocks on. */
  readonly isRunning: boolean
  /** Wall clock, ms. */
  readonly wall: number
}

const TOLERANCE_MS = 60_000
const NAME = 'clock'

/** Whether the clocks of the partitions agree, and with what. */
export const checkClocks = (
  standings: readonly Standing[],
  { installation, isRunning, wall }: ClockSettings,
): Check => {
  const clocks = standings.map(({ clock }) => clock)
  const [slowest, fastest] = [Math.min(...clocks), Math.max(...clocks)]
  const { kind = 'live', timeZone = 'UTC' } = installation ?? {}
  if (slowest === 0) {
    const mend = 'Start `ebb up`: it appends ticks to every partition'
    return warn(NAME, 'not every partition has read a tick', mend)
  }
  const stands = `${shopSecond(slowest, timeZone)} ${timeZone}`
  const spread = fastest === slowest ? 'partitions alike' : `${duration(fastest - slowest)} apart`
  if (kind === 'live') return checkLive({ slowest, fastest, spread }, { isRunning, wall })
  if (kind === 'replay' && fastest > slowest) {
    const mend = 'Give the same `ebb replay` again: it goes on where it stopped'
    return warn(NAME, `a replay that is not finished, at ${stands}, ${spread}`, mend)
  }
  const which = kind === 'replay' ? 'replayed file' : 'demonstration'
  return ok(NAME, `${which}: ${stands}, ${spread}`)
}

const checkLive = (
  { slowest, fastest, spread }: { slowest: number; fastest: number; spread: string },
  { isRunning, wall }: Pick<ClockSettings, 'isRunning' | 'wall'>,
): Check => {
  if (fastest > wall + TOLERANCE_MS) {
    const ahead = `${duration(fastest - wall)} ahead of the clock of this machine`
    return warn(NAME, ahead, 'Set the clock of this machine, or of the one where Ebb runs')
  }
  const behind = `${duration(Math.max(0, wall - slowest))} behind the wall clock, ${spread}`
  if (!isRunning) return ok(NAME, `${behind}; it stands still while nothing runs`)
  if (wall - slowest <= TOLERANCE_MS) return ok(NAME, behind)
  return warn(NAME, behind, 'Look again: if it does not fall, the log of the process says why')
}
