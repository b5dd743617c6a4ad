import type { TransactionLimits } from './transaction.ts'

/** Of who only looks. */
export interface PoolLimits {
  readonly patienceMs?: number
}

/** Of a transaction. */
export type SessionLimits = TransactionLimits & Required<Pick<TransactionLimits, 'statementMs'>>

/** We wait so long for the answer to a statement, unless its transaction says otherwise. */
export const STATEMENT_MS = 60_000
/** Of which the server works on it so long: one that we gave up would go on there with its locks. */
const SERVERS_PART = 0.9

// A process that is gone, or stands still, must not keep rows and locks that others wait for.
const HELD_IDLE_MS = 60_000
const CLIENT_LOOK_MS = 2_000
const KEEP_ALIVE_S = { idle: 10, interval: 5, count: 3 }

const serverMs = (statementMs: number): number => Math.floor(statementMs * SERVERS_PART)

/**
 * What a session begins with, as one text. It bounds how long what it holds outlives its client:
 *
 * | the client | is noticed after |
 * | --- | --- |
 * | ended, or gave up, while a statement runs or waits | 2 s (54 s where the server cannot look) |
 * | ended between two statements | at once |
 * | cannot be reached any more, and nobody says so | 25 s |
 * | stands still within a transaction | 60 s |
 */
export const sessionSettings = (schema: string, { patienceMs }: PoolLimits): string =>
  [
    `SET search_path TO "${schema}"`,
    `SET statement_timeout TO ${serverMs(patienceMs ?? STATEMENT_MS)}`,
    `SET idle_in_transaction_session_timeout TO ${HELD_IDLE_MS}`,
    `SET tcp_keepalives_idle TO ${KEEP_ALIVE_S.idle}`,
    `SET tcp_keepalives_interval TO ${KEEP_ALIVE_S.interval}`,
    `SET tcp_keepalives_count TO ${KEEP_ALIVE_S.count}`,
    ...(patienceMs === undefined ? [] : ['SET default_transaction_read_only TO on']),
    WATCH_CLIENT,
  ].join('; ')

// Before PostgreSQL 14, and on Windows, there is no such thing.
const WATCH_CLIENT = `DO $$ BEGIN
    PERFORM set_config('client_connection_check_interval', '${CLIENT_LOOK_MS}', false);
  EXCEPTION WHEN undefined_object OR invalid_parameter_value THEN NULL; END $$`

/** What a transaction begins with, beyond its session. */
export const transactionSettings = ({ statementMs, lockMs }: SessionLimits): string[] => [
  ...(statementMs === STATEMENT_MS
    ? []
    : [`SET LOCAL statement_timeout TO ${serverMs(statementMs)}`]),
  ...(lockMs === undefined ? [] : [`SET LOCAL lock_timeout TO ${lockMs}`]),
]
