import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { HaltError } from '@ebb/streaming/faults'
import { waitFor } from '@ebb/streaming/retry'
import { type Client, DatabaseError, Pool, type PoolClient } from 'pg'
import { columnNumbers } from './column-numbers.ts'
import { postgresFault } from './postgres-faults.ts'
import { openSession, rowsOf, statement } from './postgres-session.ts'
import { type PoolLimits, STATEMENT_MS, sessionSettings } from './session-limits.ts'
import type { Queries, Transaction, TransactionLimits } from './transaction.ts'

/** Where the database is. */
export interface PostgresSettings {
  /** `postgres://user:password@host:port/database`, with `?sslmode=…` where TLS is wanted. */
  readonly url: string
  /** All tables are in it; made where it is missing. Small letters, digits and `_`. */
  readonly schema: string
  /** Names us in `pg_stat_activity`. */
  readonly applicationName: string
  /** 10 unless given. */
  readonly maxConnections?: number
  /** Hears of connections that break while nobody uses them. */
  readonly onNotice?: NoticeListener
}

/** A pool of connections to one schema. */
export interface Postgres extends Queries {
  /**
   * Runs work in one transaction, on one connection. A throw rolls back and is thrown on. Where a
   * statement failed and work went on as if not, nothing is committed and that fault is thrown.
   * A connection that is lost while committing is a `TransientError`: nobody can tell the outcome.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, limits?: TransactionLimits): Promise<T>
  /** Waits for what runs, 5 s at most; then every call fails. Idempotent. */
  close(): Promise<void>
}

const CONNECT_MS = 10_000
const CLOSE_MS = 5_000
/** Nothing heard for so long: is the server there? The default of most systems is two hours. */
const KEEP_ALIVE_MS = 10_000
const MAX_CONNECTIONS = 10

/**
 * Connects, and makes the schema where it is missing. Throws as `postgresFault` says, and
 * `EBB_POSTGRES_SETTINGS` where URL or schema cannot be used. A pooler in between has to be in
 * session mode.
 */
export const openPostgres = async (settings: PostgresSettings): Promise<Postgres> =>
  connected(openPool(settings), settings, (postgres) => makeSchema(postgres, settings.schema))

/**
 * Connects to look: reads what is there, makes nothing, and gives up a connection or an answer that
 * takes longer than `patienceMs`. The schema may be missing. Throws as `openPostgres` does.
 */
export const lookAtPostgres = async (
  settings: PostgresSettings & { readonly patienceMs: number },
): Promise<Queries & Pick<Postgres, 'close'>> =>
  connected(openPool(settings), settings, async (postgres) => {
    await postgres.query('SELECT 1')
  })

const connected = async (
  pool: Pool,
  settings: PostgresSettings & PoolLimits,
  begin: (postgres: Postgres) => Promise<void>,
): Promise<Postgres> => {
  const clients = new Set<PoolClient>()
  pool.on('connect', (client) => {
    clients.add(client)
    // Of a connection in use its user hears; without a listener the process would end.
    client.on('error', () => {})
  })
  pool.on('remove', (client) => clients.delete(client))
  let isClosing = false
  pool.on('error', (error) => {
    // Connections end one by one; a server that ends meanwhile is no news.
    if (!isClosing) settings.onNotice?.({ message: 'a connection to PostgreSQL broke', error })
  })
  const close = (): Promise<void> => {
    isClosing = true
    return closePool(pool, clients)
  }
  const postgres = postgresOn(pool, close, settings.patienceMs ?? STATEMENT_MS)
  try {
    await begin(postgres)
  } catch (error) {
    await postgres.close()
    throw error
  }
  return postgres
}

const openPool = ({ url, schema, ...settings }: PostgresSettings & PoolLimits): Pool => {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw unusable(`"${schema}" cannot name a schema; take small letters, digits and _`)
  // Without the URL: it has the password in it.
  if (!/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw unusable('the address is not like postgres://user:password@host:port/database')
  return new Pool({
    connectionString: url,
    application_name: settings.applicationName,
    max: settings.maxConnections ?? MAX_CONNECTIONS,
    connectionTimeoutMillis: settings.patienceMs ?? CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: columnNumbers,
    onConnect: (client) =>
      client.query(statement(sessionSettings(schema, settings), undefined, CONNECT_MS)),
  })
}

const unusable = (what: string): HaltError =>
  new HaltError('EBB_POSTGRES_SETTINGS', `PostgreSQL cannot be used: ${what}`)

const postgresOn = (pool: Pool, close: () => Promise<void>, queryMs: number): Postgres => {
  let closing: Promise<void> | undefined
  return {
    query: async <Row>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
      try {
        return rowsOf<Row>(await pool.query(statement(text, values, queryMs)))
      } catch (error) {
        throw postgresFault(error)
      }
    },
    transaction: async (work, limits = {}) => {
      const client = await pool.connect().catch((error) => {
        throw postgresFault(error)
      })
      const session = openSession(client, { statementMs: STATEMENT_MS, ...limits })
      try {
        await session.begin()
        const result = await work(session.transaction)
        await session.commit()
        return result
      } catch (error) {
        await session.rollback()
        throw error
      } finally {
        session.release()
      }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

const closePool = async (pool: Pool, clients: ReadonlySet<PoolClient>): Promise<void> => {
  const enough = new AbortController()
  await Promise.race([pool.end(), waitFor(CLOSE_MS, enough.signal)])
  enough.abort()
  for (const client of clients) void (client as unknown as Client).end()
}

const makeSchema = (postgres: Postgres, schema: string): Promise<void> =>
  postgres.transaction(async (tx) => {
    // Looked for first: a user may have the schema, and not the right to make one.
    const exists = 'SELECT 1 FROM pg_namespace WHERE nspname = $1'
    if ((await tx.query(exists, [schema])).length > 0) return
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('ebb schema', 0))`)
    await tx.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  })

/** Whether a statement broke a unique constraint, or just that one. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  error instanceof DatabaseError &&
  error.code === '23505' &&
  (constraint === undefined || error.constraint === constraint)
