import { join } from 'node:path'
import { ALERTS } from '@ebb/contracts/topics'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { alertsLog, emptyLedger, handleBatch, ROW_TABLES } from './retention-ledger.ts'

/** A batch of retention where it reads from a log in this process. */
const BATCH = 500

/** Runs each batch of so many alerts through retention, shows what it left, and forgets it. */
const forEachBatch = async (
  postgres: Postgres,
  alerts: number,
  show: (batch: number) => Promise<void>,
): Promise<void> => {
  const log = await alertsLog(alerts, 1)
  for (let from = 0; from < alerts; from += BATCH) {
    const { records } = await log.read({ topic: ALERTS, partition: 0 }, from, BATCH)
    await emptyLedger(postgres)
    await postgres.transaction((tx) => handleBatch(tx, records, 0))
    await show(from / BATCH)
  }
  await emptyLedger(postgres)
}

/** A table, and the file of the server that holds rows of it. */
export interface RowFile {
  readonly table: string
  readonly file: string
}

/** Has the server write the rows of each batch to files of its own, as COPY reads them again. */
export const batchFiles = async (
  postgres: Postgres,
  alerts: number,
): Promise<readonly (readonly RowFile[])[]> => {
  const [place] = await postgres.query<{ folder: string; schema: string }>(
    `SELECT current_setting('data_directory') AS folder, current_schema() AS schema`,
  )
  const batches: (readonly RowFile[])[] = []
  await forEachBatch(postgres, alerts, async (batch) => {
    const files = ROW_TABLES.map((table) => ({
      table,
      file: join(place!.folder, `${place!.schema}-${batch}-${table}`),
    }))
    for (const { table, file } of files) await postgres.query(`COPY ${table} TO '${file}'`)
    batches.push(files)
  })
  return batches
}

/** A statement that inserts one row. */
export interface RowInsert {
  readonly text: string
  readonly values: readonly (string | null)[]
}

/** Every row of so many alerts as a statement of its own, in the order in which they can be inserted. */
export const rowInserts = async (
  postgres: Postgres,
  alerts: number,
): Promise<readonly RowInsert[]> => {
  const inserts: RowInsert[] = []
  await forEachBatch(postgres, alerts, async () => {
    for (const table of ROW_TABLES) {
      const columns = await columnsOf(postgres, table)
      const asText = columns.map((column) => `${column}::text`).join(', ')
      const rows = await postgres.query<Record<string, string | null>>(
        `SELECT ${asText} FROM ${table}`,
      )
      const text = insertInto(table, columns)
      inserts.push(...rows.map((row) => ({ text, values: columns.map((column) => row[column]!) })))
    }
  })
  return inserts
}

/** An INSERT of one row, whose values are parameters in the order of the columns. */
export const insertInto = (table: string, columns: readonly string[]): string => {
  const places = columns.map((_, index) => `$${index + 1}`).join(', ')
  // The outbox numbers its rows by itself; these have their numbers already.
  return `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${places})`
}

const columnsOf = async (postgres: Postgres, table: string): Promise<readonly string[]> => {
  const rows = await postgres.query<{ name: string }>(
    `SELECT column_name::text AS name FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  )
  return rows.map(({ name }) => name)
}
