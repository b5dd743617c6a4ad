import { setTimeout as wait } from 'node:timers/promises'
import { uniqueName } from '@ebb/testkit/engines'
import { onTestFinished } from 'vitest'
import { migrate } from './migrations.ts'
import { openPostgres, type Postgres } from './postgres-client.ts'

/** A schema of one test, which goes with the test. */
export interface TestSchema {
  readonly schema: string
  /** A pool of its own on the schema; closed with the test. */
  open(): Promise<Postgres>
}

/** Names a schema; the tables of this package are made in it by `migratedSchema` only. */
export const testSchema = (url: string): TestSchema => {
  const schema = uniqueName('postgres_test')
  const opened: Postgres[] = []
  onTestFinished(async () => {
    await Promise.all(opened.map((postgres) => postgres.close()))
    const last = await openPostgres({ url, schema, applicationName: schema })
    await last.query(`DROP SCHEMA "${schema}" CASCADE`)
    await last.close()
  })
  const open = async (): Promise<Postgres> => {
    const postgres = await openPostgres({ url, schema, applicationName: schema })
    opened.push(postgres)
    return postgres
  }
  return { schema, open }
}

/** A pool on a schema that has this package's tables and one for effects. */
export const migratedSchema = async (
  url: string,
): Promise<TestSchema & { readonly postgres: Postgres }> => {
  const schema = testSchema(url)
  const postgres = await schema.open()
  await migrate(postgres, { folder: `${import.meta.dirname}/../test-migrations` })
  return { ...schema, postgres }
}

const PATIENCE_MS = 30_000

/** Resolves when a statement of this schema's pools waits for a lock. */
export const untilBlocked = async (postgres: Postgres, schema: string): Promise<void> => {
  const blocked = `SELECT 1 FROM pg_stat_activity
    WHERE application_name = $1 AND wait_event_type = 'Lock'`
  const giveUpAt = performance.now() + PATIENCE_MS
  while ((await postgres.query(blocked, [schema])).length === 0) {
    if (performance.now() > giveUpAt) throw new Error('nothing waits for a lock')
    await wait(5)
  }
}

/** Ends the connections of this schema's pools that are within a transaction, as a kill would. */
export const cutTransactions = async (postgres: Postgres, schema: string): Promise<void> => {
  await postgres.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = $1 AND state LIKE 'idle in transaction%'`,
    [schema],
  )
}
