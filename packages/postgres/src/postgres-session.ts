import type { PoolClient, QueryResult } from 'pg'
import { endsConnection, postgresFault } from './postgres-faults.ts'
import { type SessionLimits, transactionSettings } from './session-limits.ts'
import type { Transaction } from './transaction.ts'

/** One connection, for as long as a transaction has it. */
export interface Session {
  readonly transaction: Transaction
  begin(): Promise<void>
  /** Throws where nothing was committed, and `TransientError` where nobody can tell. */
  commit(): Promise<void>
  /** Undoes it, as far as there is still something to undo; never throws. */
  rollback(): Promise<void>
  /** Gives the connection back, or ends it where it broke. Whoever still asks is refused. */
  release(): void
}

/** A statement for pg; its own timeout is missing in the types of pg. */
export interface Statement {
  readonly text: string
  readonly values?: unknown[]
  readonly query_timeout: number
}

/** Opens a session on a connection. A statement that takes longer than `statementMs` is a fault. */
export const openSession = (client: PoolClient, limits: SessionLimits): Session => {
  let isOpen = true
  let broken: Error | undefined
  let swallowed: Error | undefined
  let attempts = 0
  let turn: Promise<unknown> = Promise.resolve()

  const send = async (text: string, values?: readonly unknown[]): Promise<QueryResult> => {
    if (!isOpen) throw new Error('this transaction has ended already')
    try {
      return await client.query(statement(text, values, limits.statementMs))
    } catch (error) {
      if (endsConnection(error)) broken = error as Error
      swallowed = postgresFault(error)
      throw swallowed
    }
  }
  // pg wants one statement at a time.
  const inTurn = (text: string, values?: readonly unknown[]): Promise<QueryResult> => {
    const answer = turn.then(() => send(text, values))
    turn = answer.catch(() => {})
    return answer
  }
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    attempts += 1
    const name = `attempt_${attempts}`
    await inTurn(`SAVEPOINT ${name}`)
    try {
      const result = await work()
      await inTurn(`RELEASE SAVEPOINT ${name}`)
      return result
    } catch (error) {
      await inTurn(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`)
      throw error
    }
  }
  return {
    transaction: {
      query: async <Row>(text: string, values?: readonly unknown[]) =>
        rowsOf<Row>(await inTurn(text, values)),
      attempt,
    },
    begin: async () => {
      await inTurn(['BEGIN', ...transactionSettings(limits)].join('; '))
    },
    commit: async () => {
      const { command } = await inTurn('COMMIT')
      // PostgreSQL answers so where a statement failed and nobody minded.
      if (command === 'ROLLBACK') throw swallowed ?? new Error('the transaction was rolled back')
    },
    rollback: async () => {
      if (broken === undefined) await inTurn('ROLLBACK').catch(() => {})
    },
    release: () => {
      isOpen = false
      client.release(broken)
    },
  }
}

/** A statement as pg takes it. Without values it may be several, separated by semicolons. */
export const statement = (
  text: string,
  values: readonly unknown[] | undefined,
  statementMs: number,
): Statement => ({
  text,
  query_timeout: statementMs,
  ...(values === undefined ? {} : { values: [...values] }),
})

/** The rows; of several statements those of the last one. */
export const rowsOf = <Row>(result: QueryResult | readonly QueryResult[]): Row[] => {
  const last = Array.isArray(result) ? result.at(-1) : result
  return (last?.rows ?? []) as Row[]
}
