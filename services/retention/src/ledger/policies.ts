import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Queries, Transaction } from '@ebb/postgres/transaction'
import { CodedError } from '@ebb/runtime/coded-error'
import type { Policy } from '../policy/policy.ts'
import { readPolicy } from '../policy/read-policy.ts'
import { holdBudgets } from './budgets.ts'
import { holdDecisions } from './settings.ts'

/** A policy in force. */
export interface AppliedPolicy {
  readonly version: number
  /** As it was written. */
  readonly text: string
  readonly appliedAt: number
}

/** The policy in force; `undefined` before the first. */
export const currentPolicy = async (queries: Queries): Promise<AppliedPolicy | undefined> => {
  const [latest] = await queries.query<AppliedPolicy>(
    `SELECT version, document AS text, applied_at AS "appliedAt"
     FROM policies ORDER BY version DESC LIMIT 1`,
  )
  return latest
}

let lastRead:
  | { readonly text: string; readonly currency: string; readonly policy: Policy }
  | undefined

/**
 * The policy in force as it is decided by; of an installation that was prepared, so there is one.
 * Reading takes longer than deciding, and a policy stays for weeks, so the last one is kept.
 */
export const policyInForce = async (
  queries: Queries,
  currency: string,
): Promise<{ readonly version: number; readonly policy: Policy }> => {
  const { version, text } = (await currentPolicy(queries))!
  if (lastRead?.text !== text || lastRead.currency !== currency)
    lastRead = { text, currency, policy: readPolicy(text, { currency }) }
  return { version, policy: lastRead.policy }
}

/** What is put in force, and where the shop's money is counted. */
export interface PolicyChange {
  readonly text: string
  readonly currency: string
  readonly now: number
}

/**
 * Puts a policy in force, with the limits of its budgets; the same text again changes nothing.
 * Throws `EBB_POLICY_INVALID`, and `EBB_POLICY_BUDGET` where a limit is below what is promised
 * already. Budgets that it does not name keep their limits: coupons of theirs may still come back.
 */
export const applyPolicy = async (
  postgres: Postgres,
  { text, currency, now }: PolicyChange,
): Promise<AppliedPolicy> => {
  const policy = readPolicy(text, { currency })
  return postgres.transaction(async (tx) => {
    await holdDecisions(tx)
    const before = await currentPolicy(tx)
    if (before?.text === text) return before
    await setLimits(tx, policy)
    const applied = { version: (before?.version ?? 0) + 1, text, appliedAt: now }
    await tx.query('INSERT INTO policies (version, document, applied_at) VALUES ($1, $2, $3)', [
      applied.version,
      text,
      now,
    ])
    return applied
  })
}

const setLimits = async (tx: Transaction, { budgets }: Policy): Promise<void> => {
  await holdBudgets(tx)
  for (const [id, { limitMinor }] of Object.entries(budgets)) {
    await tx.query(
      'INSERT INTO budgets (budget_id, limit_minor) VALUES ($1, 0) ON CONFLICT DO NOTHING',
      [id],
    )
    const set = await tx.query(
      `UPDATE budgets SET limit_minor = $2
       WHERE budget_id = $1 AND reserved_minor + spent_minor <= $2 RETURNING budget_id`,
      [id, limitMinor],
    )
    if (set.length === 0) throw await belowPromised(tx, id)
  }
}

const belowPromised = async (queries: Queries, id: string): Promise<CodedError> => {
  const [{ promised } = { promised: 0 }] = await queries.query<{ promised: number }>(
    'SELECT reserved_minor + spent_minor AS promised FROM budgets WHERE budget_id = $1',
    [id],
  )
  const what = `More than this limit is promised or spent already: ${promised} minor units`
  const fix = 'Set the limit to at least that; nothing more is promised then'
  return new CodedError('EBB_POLICY_BUDGET', { what, where: `budgets.${id}`, fix }, { status: 409 })
}
