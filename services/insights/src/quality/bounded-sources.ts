import type { Transaction } from '@ebb/postgres/transaction'
import type { CountRow } from './counter.ts'
import { readSources } from './quality-rows.ts'

/** Sources of one day beyond so many are counted as one. */
const MOST_SOURCES = 200

/** What these are counted as. */
export const OTHER_SOURCES = '~other'

/** Longest name of a source, in UTF-16 units: as an event may have it. */
const LONGEST_NAME = 128

/**
 * Keeps the table small, whoever writes to the topics: a source that no day has room for is counted
 * among the others. Remembers what it found, which a rolled back transaction makes no difference to.
 */
export const boundedSources = () => {
  const known = new Map<number, Set<string>>()
  const knownOn = async (tx: Transaction, day: number): Promise<Set<string>> => {
    const before = known.get(day)
    if (before !== undefined) return before
    const read = new Set(await readSources(tx, { from: day, to: day }))
    // The reader of another partition may have been there meanwhile: all of them count in one set.
    const found = known.get(day) ?? read
    known.set(day, found)
    if (known.size > MOST_DAYS) known.delete(known.keys().next().value!)
    return found
  }
  return async (tx: Transaction, rows: readonly CountRow[]): Promise<CountRow[]> => {
    const kept: CountRow[] = []
    for (const row of rows) {
      const source = storable(row.source)
      const sources = await knownOn(tx, row.day)
      if (sources.size < MOST_SOURCES) sources.add(source)
      kept.push({ ...row, source: sources.has(source) ? source : OTHER_SOURCES })
    }
    return added(kept)
  }
}

/** Days that are remembered: a spool or a restart tells of a few. */
const MOST_DAYS = 8

const storable = (source: string): string =>
  source.slice(0, LONGEST_NAME).replaceAll('\u0000', '').toWellFormed()

/** Rows that have become one, added up. */
const added = (rows: readonly CountRow[]): CountRow[] => {
  const sums = new Map<string, CountRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.day, row.source, row.counter])
    const before = sums.get(key)
    sums.set(key, before === undefined ? row : { ...row, count: before.count + row.count })
  }
  return [...sums.values()]
}
