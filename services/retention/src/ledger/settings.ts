import { randomBytes } from 'node:crypto'
import type { WinbackMode } from '@ebb/contracts/winback-api'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Queries, Transaction } from '@ebb/postgres/transaction'

/** What an operator decides for all win-backs. */
export interface Settings {
  readonly mode: WinbackMode
  /** What `paused` goes back to. */
  readonly modeBeforePause: Exclude<WinbackMode, 'paused'>
  readonly alertsPaused: boolean
  /** Draws arms and treatments. */
  readonly salt: string
}

const COLUMNS = `mode, mode_before_pause AS "modeBeforePause", alerts_paused AS "alertsPaused", salt`

/** Makes the settings of a new installation, which sends nothing until it is told to. */
export const beginSettings = async (queries: Queries): Promise<void> => {
  const salt = randomBytes(16).toString('hex')
  await queries.query(
    `INSERT INTO settings (mode, mode_before_pause, alerts_paused, salt)
     VALUES ('shadow', 'shadow', false, $1) ON CONFLICT DO NOTHING`,
    [salt],
  )
}

/** Goes from shadow to live, unless it was live before: then somebody has chosen shadow. */
export const leaveFirstShadow = async (queries: Queries): Promise<void> => {
  await queries.query(
    `UPDATE settings SET mode = 'live', mode_before_pause = 'live'
     WHERE mode = 'shadow' AND NOT EXISTS (SELECT 1 FROM decisions WHERE mode = 'live')`,
  )
}

/** The settings as they are now. */
export const readSettings = async (queries: Queries): Promise<Settings> => {
  const [settings] = await queries.query<Settings>(`SELECT ${COLUMNS} FROM settings`)
  return settings!
}

const LOCK = `hashtextextended('ebb decisions ' || current_schema(), 0)`

/**
 * The settings; they and the policy in force stay as they are until the transaction ends. Whoever
 * changes them waits for it, and comes before those who ask for them later.
 */
export const holdSettings = async (tx: Transaction): Promise<Settings> => {
  await tx.query(`SELECT pg_advisory_xact_lock_shared(${LOCK})`)
  return readSettings(tx)
}

/** Waits until nothing is being decided or published, and lets nobody begin until the end. */
export const holdDecisions = async (tx: Transaction): Promise<void> => {
  await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
}

/** Sets the mode; what is being decided or published is waited for. */
export const setMode = (postgres: Postgres, mode: WinbackMode): Promise<Settings> =>
  changed(
    postgres,
    `UPDATE settings SET mode = $1,
       mode_before_pause = CASE WHEN $1 <> 'paused' THEN $1 ELSE mode_before_pause END
     RETURNING ${COLUMNS}`,
    [mode],
  )

const changed = (postgres: Postgres, text: string, values: readonly unknown[]): Promise<Settings> =>
  postgres.transaction(async (tx) => {
    await holdDecisions(tx)
    const [settings] = await tx.query<Settings>(text, values)
    return settings!
  })

/** Goes back to the mode before the pause; any other mode stays. */
export const resumeMode = (postgres: Postgres): Promise<Settings> =>
  changed(
    postgres,
    `UPDATE settings SET mode = CASE WHEN mode = 'paused' THEN mode_before_pause ELSE mode END
     RETURNING ${COLUMNS}`,
    [],
  )

/** Says whether alerts are to be raised; whoever is told of it is told in `announce`. */
export const setAlertsPaused = (
  postgres: Postgres,
  isPaused: boolean,
  announce: (tx: Transaction) => Promise<void>,
): Promise<void> =>
  postgres.transaction(async (tx) => {
    await tx.query('UPDATE settings SET alerts_paused = $1', [isPaused])
    await announce(tx)
  })
