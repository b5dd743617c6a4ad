import { join } from 'node:path'
import { DAY_MS } from '@ebb/customer/calendar'
import { lookAtMigrations } from '@ebb/postgres/migrations'
import type { Queries } from '@ebb/postgres/transaction'
import { readSettings, type Settings } from '@ebb/retention/ledger/settings'
import { webhookOutcomes } from '@ebb/retention/reports/webhook-outcomes'
import { printable } from '../commands/terminal-text.ts'
import { type Check, fail, ok, warn } from './check.ts'

const SERVICES = join(import.meta.dirname, '..', '..', '..')

/** Steps of a schema that were applied, against those that this version brings. */
export const checkMigrations = async (
  queries: Queries,
  service: 'retention' | 'insights',
  start: string,
): Promise<Check> => {
  const name = `migrations of ${service}`
  const folder = join(SERVICES, service, 'migrations')
  try {
    const { applied, shipped } = await lookAtMigrations(queries, { folder })
    const found = `${applied} of ${shipped} applied`
    if (applied === shipped) return ok(name, found)
    return warn(name, found, `Start \`${start}\`, or the service: it brings its tables up to date`)
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: unknown }
    if (code === 'EBB_POSTGRES_NEWER')
      return fail(name, message, 'Run the newer version of Ebb, or restore a backup from before it')
    if (code === 'EBB_POSTGRES_MIGRATION')
      return fail(
        name,
        message,
        'Put the file back as this schema had it, or use its version of Ebb',
      )
    throw error
  }
}

/** The switches of win-backs; `undefined` while retention has never run. */
export const settingsOf = async (queries: Queries): Promise<Settings | undefined> => {
  const [found] = await queries.query<{ isThere: boolean }>(
    `SELECT to_regclass('settings') IS NOT NULL AS "isThere"`,
  )
  return found!.isThere ? readSettings(queries) : undefined
}

/** Whether win-backs are paused. */
export const checkWinbacks = ({ mode, modeBeforePause }: Settings): Check =>
  mode === 'paused'
    ? warn('win-backs', `paused; they were ${modeBeforePause}`, 'ebb resume winbacks')
    : ok('win-backs', mode)

/** Whether alerts are paused. */
export const checkAlerts = (isPaused: boolean): Check =>
  isPaused
    ? warn('alerts', 'paused: the scorer stands still', 'ebb resume alerts')
    : ok('alerts', 'not paused')

/** Whether a webhook is set where this command runs, and what came of attempts in the last day. */
export const checkWebhook = async (
  queries: Queries,
  { mode, isSet }: Pick<Settings, 'mode'> & { readonly isSet: boolean },
): Promise<Check> => {
  const name = 'webhook'
  const outcomes = await webhookOutcomes(queries, Date.now() - DAY_MS)
  const total = outcomes.reduce((sum, { count }) => sum + count, 0)
  const [worst] = outcomes.filter(({ outcome }) => outcome !== 'delivered')
  const delivered = outcomes.find(({ outcome }) => outcome === 'delivered')?.count ?? 0
  const found = `${delivered} of ${total} delivered in the last day`
  if (worst !== undefined)
    return warn(
      name,
      `${found}; most often: ${printable(worst.outcome)} (${worst.count})`,
      'Look at the receiver; `POST /v1/winbacks/test-send` tries it. What failed is on ebb.winbacks.v1',
    )
  if (total > 0) return ok(name, found)
  if (isSet) return ok(name, 'set; nothing was sent in the last day')
  if (mode !== 'live') return ok(name, `none is set here; in the mode ${mode} nothing is sent`)
  const mend = 'Set EBB_WEBHOOK_URL and EBB_WEBHOOK_SECRET, unless something reads ebb.winbacks.v1'
  return warn(name, 'none is set here, and win-backs are live', mend)
}
