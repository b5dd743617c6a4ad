import type { Installation } from '@ebb/contracts/installation'
import { messageCodec } from '@ebb/contracts/message-codec'
import { TICK_KEY, Tick } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import type { ExaminedEngines } from '@ebb/streaming/engines'
import { duration, shopSecond } from '../commands/shop-time.ts'
import { type Check, ok, warn } from './check.ts'

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

/** Whether the clocks of the partitions (ms, 0 before the first tick) agree, and with what. */
export const checkClocks = (
  clocks: readonly number[],
  { installation, isRunning, wall }: ClockSettings,
): Check => {
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

const LAST_RECORDS = 500
const ticks = messageCodec(Tick)

/**
 * How far the stamps of a log are before the clock of who appends ticks, ms, by the last tick of the
 * first partition; `undefined` where there is none. A log has no clock that could be asked.
 */
export const stampsAhead = async ({
  log,
}: Pick<ExaminedEngines, 'log'>): Promise<number | undefined> => {
  const from = { topic: EVENTS, partition: 0 }
  const { end } = await log.read(from, 0, 0)
  const { records } = await log.read(from, Math.max(0, end - LAST_RECORDS), LAST_RECORDS)
  const last = records.findLast(({ key }) => key === TICK_KEY)
  return last && last.appendedAt - ticks.decode(last.value).at
}
