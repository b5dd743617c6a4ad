import type { Transaction } from '@ebb/postgres/transaction'

/** A coupon that is to be paid from a budget. */
export interface Claim {
  readonly budgetId: string
  /** The most that it may cost. */
  readonly amountMinor: number
}

interface Budget {
  readonly id: string
  readonly free: number
}

/**
 * Holds all budgets to the end of the transaction, so little may follow. All of them, and in one
 * order: a batch of alerts gives back to one budget before it knows which others it takes from, and
 * two such batches would wait for each other. Coupons are held before budgets, never behind them.
 */
export const holdBudgets = (tx: Transaction): Promise<Budget[]> =>
  tx.query<Budget>(
    `SELECT budget_id AS id, limit_minor - reserved_minor - spent_minor AS free
     FROM budgets ORDER BY budget_id COLLATE "C" FOR UPDATE`,
  )

/** Reserves as many of the claims as their budgets hold, in the order given; says for each whether. */
export const reserve = async (tx: Transaction, claims: readonly Claim[]): Promise<boolean[]> => {
  if (claims.length === 0) return []
  const budgets = await holdBudgets(tx)
  const free = new Map(budgets.map((budget) => [budget.id, budget.free]))
  const reserved = new Map<string, number>()
  const granted = claims.map(({ budgetId, amountMinor }) => {
    const left = (free.get(budgetId) ?? 0) - (reserved.get(budgetId) ?? 0)
    if (amountMinor > left) return false
    reserved.set(budgetId, (reserved.get(budgetId) ?? 0) + amountMinor)
    return true
  })
  await addReserved(tx, reserved)
  return granted
}

/** What coupons gave back, by budget. */
export interface Release {
  readonly budgetId: string
  readonly amountMinor: number
}

/** Gives back what was reserved. */
export const release = async (tx: Transaction, releases: readonly Release[]): Promise<void> => {
  const sums = new Map<string, number>()
  for (const { budgetId, amountMinor } of releases)
    sums.set(budgetId, (sums.get(budgetId) ?? 0) - amountMinor)
  await holdBudgets(tx)
  await addReserved(tx, sums)
}

const addReserved = async (
  tx: Transaction,
  amounts: ReadonlyMap<string, number>,
): Promise<void> => {
  await tx.query(
    `UPDATE budgets SET reserved_minor = reserved_minor + taken.amount
     FROM unnest($1::text[], $2::bigint[]) AS taken(id, amount) WHERE budget_id = taken.id`,
    [[...amounts.keys()], [...amounts.values()]],
  )
}
