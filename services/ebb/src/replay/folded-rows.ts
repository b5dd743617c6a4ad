import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { CustomerState } from '@ebb/customer/customer-state'
import { fold } from '@ebb/customer/fold'
import { windows } from '@ebb/customer/windows'
import { customerEventOf } from '@ebb/features/customer-event'
import { lastTick, type PlanSettings, replayPlan } from './replay-plan.ts'
import type { ReplayRow } from './replay-row.ts'

/** The customers that rows lead to, by key, and the clock behind them. */
export interface FoldedRows {
  readonly states: ReadonlyMap<string, CustomerState>
  readonly clock: number
}

/** Folds rows in the sequence and with the ticks of a replay, without a log and its partitions. */
export const foldRows = (
  rows: readonly ReplayRow[],
  events: ReadonlyMap<ReplayRow, CanonicalEvent>,
  plan: PlanSettings,
): FoldedRows => {
  const { timeZone } = plan
  const states = new Map<string, CustomerState>()
  let clock = 0
  for (const send of replayPlan(rows, plan)) {
    if (send.kind === 'tick') {
      clock = Math.max(clock, send.at)
      continue
    }
    const event = events.get(send.row)!
    const key = customerKey(event.customer)
    const customer = customerEventOf(event, timeZone)
    states.set(key, fold(states.get(key), customer, { clock, timeZone }).state)
  }
  return { states, clock: lastTick(rows, timeZone) }
}

/** When a customer is looked at, and what is looked at. */
export interface WindowLook {
  /** First instant behind the day of which the windows are, in ms. */
  readonly until: number
  readonly timeZone: string
  readonly counters: readonly string[]
}

/** Each window of each customer known by a user id as a line: customer, window, counters. */
export const windowLines = (
  states: FoldedRows['states'],
  { until, timeZone, counters }: WindowLook,
): string[] =>
  [...states].flatMap(([key, state]) =>
    Object.entries(windows(state, until - 1, timeZone)).map(([span, all]) => {
      const totals: Readonly<Record<string, number>> = all
      return [key.slice('u:'.length), span, ...counters.map((name) => totals[name])].join(' ')
    }),
  )

/** Lines that only the fold or only SQL has, of each the first few: all of them would be endless. */
export const differences = (both: {
  readonly fold: readonly string[]
  readonly sql: readonly string[]
}) => ({ fold: onlyIn(both.fold, both.sql), sql: onlyIn(both.sql, both.fold) })

const SHOWN = 8

const onlyIn = (lines: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others)
  return lines
    .filter((line) => !known.has(line))
    .sort()
    .slice(0, SHOWN)
}

/** What `differences` comes to where there are none. */
export const NO_DIFFERENCES = { fold: [], sql: [] }

/**
 * The windows by SQL: `spans (span, days)`. A window of some days ends with the day before `:until`;
 * `lifetime` is longer than any shop's.
 */
export const SPANS = `
  CREATE TEMP TABLE spans (span, days);
  INSERT INTO spans VALUES ('d1', 1), ('d7', 7), ('d30', 30), ('d90', 90), ('lifetime', 36500)`
