import type { GroupMember } from '@ebb/streaming/engines'
import { lagOf, type Reader, type ReadPlace } from '../survey/readers.ts'
import { type Check, fail, ok, warn } from './check.ts'

const LAG_RECORDS = 1_000

/** What a reader is judged by. */
export interface ReaderState {
  readonly places: readonly ReadPlace[]
  /** By command of an operator. */
  readonly isPaused: boolean
  /** The command that starts it. */
  readonly start: string
}

/** How many records wait for a reader, and whether what it keeps and the log go together. */
export const checkReader = (reader: Reader, { places, isPaused, start }: ReaderState): Check => {
  const { name, topic } = reader
  const lost = places.filter(({ advised }) => advised > 0)
  if (lost.length > 0 && !reader.isDerived) return stateLost(reader, lost)
  const beyond = places.filter(({ offset = 0, end }) => offset > end)
  if (beyond.length > 0) return logLost(reader, beyond)
  const lag = lagOf(places)
  const hasRead = lost.length > 0 || places.some(({ offset }) => offset !== undefined)
  if (!hasRead && lag === 0) return ok(name, `nothing stands in ${topic} yet`)
  if (!hasRead) return warn(name, `never ran; ${count(lag)} records wait`, `Start \`${start}\``)
  const found = `${count(lag)} records behind the end of ${topic}`
  if (isPaused) return ok(name, `${found}; alerts are paused`)
  if (lag <= LAG_RECORDS) return ok(name, found)
  return warn(name, found, 'Look again: if it does not fall, the log of the process says why')
}

const stateLost = (reader: Reader, lost: readonly ReadPlace[]): Check => {
  const read = lost.reduce((sum, { advised }) => sum + advised, 0)
  const found =
    `EBB_STATE_LOST: nothing is kept of ${partitions(lost.map(({ partition }) => partition))}, ` +
    `of which ${count(read)} records of ${reader.topic} had been read`
  const mend =
    reader.keptIn === 'state store'
      ? 'Stop what runs and run `ebb rebuild`, or restore the state store from a backup'
      : 'Restore the database from a backup; without one, `ebb winbacks begin-anew`'
  return fail(reader.name, found, mend)
}

const logLost = ({ name, topic }: Reader, beyond: readonly ReadPlace[]): Check => {
  const which = partitions(beyond.map(({ partition }) => partition))
  const found = `EBB_LOG_LOST: it stands beyond the end of ${topic} in ${which}`
  return fail(name, found, 'Restore the log and what was made of it from one backup')
}

const count = (records: number): string => records.toLocaleString('en-US')

/** Who reads the partitions of a reader. */
export interface Owners {
  readonly members: readonly GroupMember[]
  /** How many the topic has. */
  readonly partitions: number
  /** Any reader of the installation has members: it runs somewhere. */
  readonly isRunning: boolean
  readonly start: string
}

/** Whether each partition has an owner, and who that is. */
export const checkOwners = (
  { name }: Reader,
  { members, partitions: all, isRunning, start }: Owners,
): Check => {
  const title = `owners of ${name}`
  const owned = new Set(members.flatMap((each) => each.partitions))
  const free = Array.from({ length: all }, (_, i) => i).filter((i) => !owned.has(i))
  const told = members.map((each) => `${each.who} has ${partitions(each.partitions)}`).join(', ')
  if (free.length === 0) return ok(title, told)
  if (members.length > 0) {
    const mend = 'Look again: after a start or an end partitions are handed out for some seconds'
    return warn(title, `${told}; nobody has ${partitions(free)}`, mend)
  }
  const mend = `Start \`${start}\`, or the service; its log says why it ended`
  return isRunning
    ? fail(title, 'nobody reads, though other services run', mend)
    : warn(title, 'nobody reads', mend)
}

/** `partitions 0–3, 5`. */
const partitions = (numbers: readonly number[]): string => {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  const text = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
  if (text === '') return 'no partition'
  return numbers.length === 1 ? `partition ${text}` : `partitions ${text}`
}
