import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'

/** A schema, and the sources of the version that made it. */
export interface DumpedSchema {
  readonly url: string
  readonly schema: string
  /** Where that version's sources are. */
  readonly sources: string
}

/** Folder of the steps, by the table that remembers them. */
const STEPS = (schema: string): Readonly<Record<string, string>> => ({
  postgres_migrations: 'packages/postgres/migrations',
  migrations: `services/${schema}/migrations`,
})

/**
 * A schema as SQL: the steps of the version that made it, as they stood there, and all rows. Runs in
 * an empty schema.
 */
export const dumpSchema = async ({ url, schema, sources }: DumpedSchema): Promise<string> => {
  const postgres = await openPostgres({ url, schema, applicationName: 'make-fixture' })
  try {
    const parts: string[] = []
    for (const [table, folder] of Object.entries(STEPS(schema))) {
      const steps = sqlIn(join(sources, folder))
      parts.push(REMEMBERING(table), steps, await rowsOf(postgres, table))
      // A table comes behind those that it refers to.
      for (const [, name] of steps.matchAll(/^CREATE TABLE (\w+)/gm))
        parts.push(await rowsOf(postgres, name!))
    }
    return `${parts.join('\n')}\n${OUTBOX_GOES_ON}`
  } finally {
    await postgres.close()
  }
}

const REMEMBERING = (table: string): string =>
  `CREATE TABLE ${table} (version integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL);`

const OUTBOX_GOES_ON = `SELECT setval(pg_get_serial_sequence('outbox', 'position'),
  (SELECT COALESCE(max(position), 0) + 1 FROM outbox), false);\n`

const sqlIn = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

const rowsOf = async (postgres: Postgres, table: string): Promise<string> => {
  const columns = await postgres.query<{ name: string }>(
    `SELECT quote_ident(column_name) AS name FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER'
     ORDER BY ordinal_position`,
    [table],
  )
  const names = columns.map(({ name }) => name).join(', ')
  const [found] = await postgres.query<{ rows: string | null }>(
    `SELECT json_agg(t)::text AS rows FROM ${table} AS t`,
  )
  if (found?.rows == null) return `-- ${table} is empty.`
  return `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE
SELECT ${names} FROM json_populate_recordset(NULL::${table}, $rows$${found.rows}$rows$);`
}
