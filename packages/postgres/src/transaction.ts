/** What can be asked. Throws as `postgresFault` says. */
export interface Queries {
  /**
   * The rows that come back. `bigint`, `count` and `sum` are numbers: one that is not exact throws.
   * Without `values` the text may hold several statements; the rows are those of the last one.
   */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

/** A transaction that runs (read committed). Its statements go one after the other. */
export interface Transaction extends Queries {
  /**
   * Runs work under a savepoint: a throw undoes the work alone and is thrown on, and the transaction
   * can go on. One at a time, or within each other.
   */
  attempt<T>(work: () => Promise<T>): Promise<T>
}

/** How long a statement of a transaction may take. */
export interface TransactionLimits {
  /**
   * 60 s unless given. The server ends it somewhat earlier (`EBB_POSTGRES_BUSY`); of one that does
   * not answer the connection is given up. 0: as long as it takes.
   */
  readonly statementMs?: number
  /** Of that, to wait for what others hold; all of it unless given. */
  readonly lockMs?: number
}
