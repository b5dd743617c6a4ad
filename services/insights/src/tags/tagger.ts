import { setImmediate } from 'node:timers/promises'
import { dayOf } from '@ebb/customer/calendar'
import { type TagRules, tagsOf } from '@ebb/customer/tag-rules'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Queries } from '@ebb/postgres/transaction'
import type { Consumption } from '@ebb/streaming/event-log'
import { repeatWhile } from '../stream/repeat-while.ts'
import { type AppliedTags, tagsInForce } from './rule-versions.ts'
import {
  type HeardCustomer,
  knownCustomers,
  type RowWish,
  readTagged,
  type TaggedRow,
  type ToldBy,
  type ToldTags,
  tellingOf,
  writeTags,
} from './tag-rows.ts'

/** What tags are kept with. */
export interface TaggerSettings {
  readonly postgres: Postgres
  /** What features knows of up to `batch` customers. */
  readonly hear: (
    keys: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, HeardCustomer>>
  readonly batch: number
  readonly timeZone: string
  /** ISO 4217. */
  readonly currency: string
  /** A condition could not be told of a customer. */
  readonly onUntold: (tag: string) => void
  /** Tags wait, and are tried again: told where it is another fault than the one before. */
  readonly onFault: (error: Error) => void
}

type Rules = TagRules & Pick<AppliedTags, 'version'>

const LOOK_EVERY_MS = 1_000

/**
 * Keeps the tags of all customers as the rules in force give them: behind each change of a customer,
 * behind each change of the rules, and once a local day of the log's clock. Works in batches beside
 * the readers, which never wait for it; several processes do the same twice, and no harm.
 */
export const keepTags = (settings: TaggerSettings): Consumption => {
  const stopping = new AbortController()
  const { signal } = stopping
  const tag = tagger(settings, signal)
  const { onFault } = settings
  const everyMs = LOOK_EVERY_MS
  const done = repeatWhile({ everyMs, isWanted: () => true, work: tag, onFault, signal })
  return {
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}

/** One turn: tells the tags of everybody whose tags are not those that they should be. */
export const tagger = (settings: TaggerSettings, signal: AbortSignal): (() => Promise<void>) => {
  const { postgres, timeZone } = settings
  let sweptBy: ToldBy = { version: 0, day: 0 }
  return async () => {
    const rules = await tagsInForce(postgres)
    const clock = await clockOf(postgres)
    if (rules.version === 0 || clock === undefined) return
    const by: ToldBy = { version: rules.version, day: dayOf(clock, timeZone) }
    const tell = (wish: Pick<RowWish, 'where' | 'values'>) =>
      tellAll({ ...settings, rules, by, signal }, wish)
    await tell({ where: 'tagged_changes < changes', values: [] })
    if (sweptBy.version >= by.version && sweptBy.day >= by.day) return
    const where = '(tagged_rules < $3 OR tagged_day < $4)'
    await tell({ where, values: [by.version, by.day] })
    if (!signal.aborted) sweptBy = by
  }
}

interface Work extends TaggerSettings {
  readonly rules: Rules
  readonly by: ToldBy
  readonly signal: AbortSignal
}

const tellAll = async (work: Work, wish: Pick<RowWish, 'where' | 'values'>): Promise<void> => {
  const { postgres, batch, signal } = work
  for (let after = ''; !signal.aborted; ) {
    const rows = await readTagged(postgres, { ...wish, after, limit: batch })
    const last = rows.at(-1)
    if (last === undefined) return
    await tell(work, rows)
    after = last.customerId
  }
}

const tell = async (work: Work, rows: readonly TaggedRow[]): Promise<void> => {
  const { postgres, hear, rules, by, currency, onUntold, signal } = work
  const heard = await hear(
    rows.map(({ customerId }) => customerId),
    signal,
  )
  const told: ToldTags[] = []
  for (const known of await knownCustomers(postgres, rows, heard)) {
    const { facts, at } = tellingOf(known, currency)
    const { tags, faults } = tagsOf(rules, facts, at)
    for (const tag of faults.keys()) onUntold(tag)
    const { customerId, changes } = known.row
    told.push({ customerId, tags, changes })
    // A hundred long rules take milliseconds a customer; requests and readers wait for one, not for all.
    await setImmediate()
  }
  await postgres.transaction((tx) => writeTags(tx, told, by))
}

/** The clock of the partition that is furthest behind; `undefined` before the first tick. */
const clockOf = async (queries: Queries): Promise<number | undefined> => {
  const [found] = await queries.query<{ at: number | null }>(
    `SELECT min(clock) AS at FROM partition_clocks
     WHERE generation = (SELECT max(generation) FROM partition_clocks)`,
  )
  return found?.at ?? undefined
}
