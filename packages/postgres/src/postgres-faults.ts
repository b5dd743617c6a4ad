import { HaltError, TransientError } from '@ebb/streaming/faults'
import { DatabaseError } from 'pg'

/**
 * What a fault of PostgreSQL means to who works with it, in PostgreSQL's own words. Of a call that
 * nobody answered the outcome is unknown: it may have been carried out.
 *
 * | code | |
 * | --- | --- |
 * | `EBB_POSTGRES_AWAY` | may pass: no connection, no answer in time, starting, stopping, a failover |
 * | `EBB_POSTGRES_BUSY` | may pass: a deadlock, a serialisation failure, a lock that stayed taken |
 * | `EBB_POSTGRES_FULL` | may pass: no disk or no memory is left |
 * | `EBB_POSTGRES_REFUSED` | halts: the user, the rights, the database or the certificates |
 *
 * Everything else (a broken constraint, say) is given back as pg throws it.
 */
export const postgresFault = (error: unknown): Error => {
  if (error instanceof TransientError || error instanceof HaltError) return error
  const fault = deepest(error as Error)
  const rows = fault instanceof DatabaseError ? ANSWERS : CONNECTION_FAULTS
  const sign = String((fault as { code?: unknown }).code ?? fault.message)
  const found = rows.find(([pattern]) => pattern.test(sign))
  if (found === undefined) return fault
  const [, Fault, ours, what] = found
  return new Fault(ours, `${what} (${fault.message})`, { cause: fault })
}

/** Whether a connection is of no more use after this fault. */
export const endsConnection = (error: unknown): boolean =>
  !(error instanceof DatabaseError) || /^(08|57P0)/.test(error.code ?? '')

/** Of several addresses none of which answered, why the last one did not. */
const deepest = (error: Error): Error =>
  error instanceof AggregateError ? (error.errors.at(-1) as Error) : error

type Row = readonly [RegExp, typeof TransientError | typeof HaltError, code: string, what: string]

const AWAY = [TransientError, 'EBB_POSTGRES_AWAY', 'PostgreSQL does not serve us now'] as const

/** By SQLSTATE (PostgreSQL manual, appendix A). */
const ANSWERS: readonly Row[] = [
  [/^(08...|57P0[1-5]|53300|25006|25P0[34])$/, ...AWAY],
  [
    /^(400(00|01|03)|40P01|55P03|57014)$/,
    TransientError,
    'EBB_POSTGRES_BUSY',
    'PostgreSQL gave way to another transaction',
  ],
  [/^53...$/, TransientError, 'EBB_POSTGRES_FULL', 'PostgreSQL has no disk or no memory left'],
  [
    /^(28...|3D000|42501)$/,
    HaltError,
    'EBB_POSTGRES_REFUSED',
    'PostgreSQL refuses this user, or has no such database',
  ],
]

/** By the code that Node gives to an error of the connection, or by the words of pg. */
const CONNECTION_FAULTS: readonly Row[] = [
  [
    /^ERR_(SSL|TLS)_|^EPROTO$|CERT|^UNABLE_TO_(GET_ISSUER|VERIFY|DECRYPT)|^SASL|SSL conn/,
    HaltError,
    'EBB_POSTGRES_REFUSED',
    'the password or TLS is not as PostgreSQL wants it',
  ],
  [/^E[A-Z]+$|terminated|timeout|not queryable|^Received unexpected/, ...AWAY],
]
