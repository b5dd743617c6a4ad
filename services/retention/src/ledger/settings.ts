import { randomBytes } from 'node:crypto'
import type { WinbackMode } from '@ebb/contracts/winback-api'
import type { Postgres, Queries, Transaction } from '@ebb/postgres/postgres-client'

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

/**
 * The settings, held until the transaction ends: whoever changes them waits for it, so that nothing
 * is decided in a mode that was left.
 */
export const holdSettings = async (tx: Transaction): Promise<Settings> => {
  const [settings] = await tx.query<Settings>(`SELECT ${COLUMNS} FROM settings FOR SHARE`)
  return settings!
}

/** Sets the mode; decisions that are being made are waited for. */
export const setMode = async (queries: Queries, mode: WinbackMode): Promise<Settings> => {
  const [settings] = await queries.query<Settings>(
    `UPDATE settings SET mode = $1,
       mode_before_pause = CASE WHEN $1 <> 'paused' THEN $1 ELSE mode_before_pause END
     RETURNING ${COLUMNS}`,
    [mode],
  )
  return settings!
}

/** Goes back to the mode before the pause; any other mode stays. */
export const resumeMode = async (queries: Queries): Promise<Settings> => {
  const [settings] = await queries.query<Settings>(
    `UPDATE settings SET mode = CASE WHEN mode = 'paused' THEN mode_before_pause ELSE mode END
     RETURNING ${COLUMNS}`,
  )
  return settings!
}

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
