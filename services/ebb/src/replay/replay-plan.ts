import { dayOf, startOfDay } from '@ebb/customer/calendar'
import { CodedError } from '@ebb/runtime/coded-error'
import { seededRandom } from '@ebb/simulator/seeded-random'
import type { ReplayRow } from './replay-row.ts'

/** In which order rows are sent. */
export type SendOrder =
  | { readonly kind: 'time' | 'file' | 'reverse' }
  | { readonly kind: 'shuffle-day'; readonly seed: number }

/** Some rows are sent a second time. */
export interface Repeats {
  readonly percent: number
  readonly seed: number
}

/** What a replay sends: a row to the partition of its customer, or a tick to all partitions. */
export type Send =
  | { readonly kind: 'row'; readonly row: ReplayRow }
  | { readonly kind: 'tick'; readonly at: number }

const HOUR_MS = 3_600_000

/** Reads `time`, `file`, `reverse` or `shuffle-day:SEED`. Throws `EBB_REPLAY_OPTION`. */
export const parseSendOrder = (text: string): SendOrder => {
  if (text === 'time' || text === 'file' || text === 'reverse') return { kind: text }
  const found = /^shuffle-day:(\d{1,9})$/.exec(text)
  if (found !== null) return { kind: 'shuffle-day', seed: Number(found[1]) }
  throw badOption(`--order ${text}`, 'time, file, reverse or shuffle-day:SEED, like shuffle-day:7')
}

/** Reads `PERCENT:SEED`. Throws `EBB_REPLAY_OPTION`. */
export const parseRepeats = (text: string): Repeats => {
  const found = /^(\d{1,3}(?:\.\d+)?):(\d{1,9})$/.exec(text)
  const percent = Number(found?.[1])
  if (found !== null && percent <= 100) return { percent, seed: Number(found[2]) }
  throw badOption(`--repeat ${text}`, 'PERCENT:SEED with a percentage up to 100, like 20:7')
}

const badOption = (where: string, takes: string): CodedError =>
  new CodedError('EBB_REPLAY_OPTION', {
    what: 'This value is not known',
    where,
    fix: `Write ${takes}`,
  })

/** What decides the sequence of sends; the same settings give the same sequence. */
export interface PlanSettings {
  readonly order: SendOrder
  readonly repeats: Repeats | undefined
  readonly timeZone: string
}

/**
 * All sends of a replay in their sequence: a tick at each full UTC hour before the first row of
 * that hour or later, and last of all one at the local midnight behind the last row.
 */
export function* replayPlan(rows: readonly ReplayRow[], settings: PlanSettings): Generator<Send> {
  let clock: number | undefined
  for (const row of withRepeats(inOrder(rows, settings), settings.repeats)) {
    const hour = Math.floor(row.occurredAt / HOUR_MS) * HOUR_MS
    for (let at = clock === undefined ? hour : clock + HOUR_MS; at <= hour; at += HOUR_MS) {
      yield { kind: 'tick', at }
      clock = at
    }
    yield { kind: 'row', row }
  }
  yield { kind: 'tick', at: lastTick(rows, settings.timeZone) }
}

/** The local midnight behind the last row. A replay is finished when every clock stands there. */
export const lastTick = (rows: readonly ReplayRow[], timeZone: string): number => {
  const last = rows.reduce((latest, { occurredAt }) => Math.max(latest, occurredAt), 0)
  return startOfDay(dayOf(last, timeZone) + 1, timeZone)
}

const byTime = (a: ReplayRow, b: ReplayRow): number => a.occurredAt - b.occurredAt || a.row - b.row

const inOrder = (
  rows: readonly ReplayRow[],
  { order, timeZone }: PlanSettings,
): readonly ReplayRow[] => {
  if (order.kind === 'file') return rows.toSorted((a, b) => a.row - b.row)
  const sorted = rows.toSorted(byTime)
  if (order.kind === 'reverse') return sorted.reverse()
  if (order.kind !== 'shuffle-day') return sorted
  const random = seededRandom(`order ${order.seed}`).uniform
  const keyed = sorted.map((row) => ({
    row,
    day: dayOf(row.occurredAt, timeZone),
    sortKey: random(),
  }))
  return keyed.sort((a, b) => a.day - b.day || a.sortKey - b.sortKey).map(({ row }) => row)
}

/** Sends the chosen rows a second time, anywhere behind the first. */
const withRepeats = (
  rows: readonly ReplayRow[],
  repeats: Repeats | undefined,
): readonly ReplayRow[] => {
  if (repeats === undefined) return rows
  const random = seededRandom(`repeats ${repeats.seed}`).uniform
  const originals = rows.map((row, at) => ({ row, at }))
  const copies = originals
    .filter(() => random() * 100 < repeats.percent)
    .map(({ row, at }) => ({ row, at: at + 0.5 + random() * (rows.length - at) }))
  return [...originals, ...copies].sort((a, b) => a.at - b.at).map(({ row }) => row)
}
