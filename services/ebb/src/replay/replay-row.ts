/** One order or refund of a file, ready to become an event. */
export interface ReplayRow {
  /** Row at which it begins, counted from 1, the header not counted. */
  readonly row: number
  /** As it stands in the file; of several rows the first. */
  readonly raw: string
  /** When it took place, ms since the epoch. */
  readonly occurredAt: number
  /** The event as a sender would send it; its `messageId` is the same in every replay. */
  readonly item: Readonly<Record<string, unknown>>
}

/** A row that is not one, and why. */
export interface RefusedRow {
  readonly row: number
  readonly code: string
  /** What is wrong, and how to mend it. */
  readonly message: string
  /** The row as it stands in the file. */
  readonly raw: string
}

/** All that a file holds. */
export interface FileRows {
  readonly rows: readonly ReplayRow[]
  readonly refused: readonly RefusedRow[]
  /** Currency of all its amounts, ISO 4217. */
  readonly currency: string
}

/** What every format is read with. */
export interface ReadSettings {
  /** Begins the ids of rows that have none: hash of the file. */
  readonly digest: string
  /** For times without an offset. */
  readonly timeZone: string
  /** Rows later than this are refused; ms since the epoch. */
  readonly now: number
}
