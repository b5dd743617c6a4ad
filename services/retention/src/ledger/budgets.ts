import type { Transaction } from '@ebb/postgres/postgres-client'

/** A coupon that is to be paid from a budget. */
export interface Claim {
  readonly budgetId: string
  /** The most that it may cost. */
  readonly amountMinor: number
}

/**
 * Reserves as many of the claims as their budgets hold, in the order given; says for each whether it
 * was. The budgets are held from here to the end of the transaction, so little may follow.
 */
export const reserve = async (tx: Transaction, claims: readonly Claim[]): Promise<boolean[]> => {
  if (claims.length === 0) return []
  const budgets = await tx.query<{ id: string; free: number }>(
    // In one order, so that two transactions never wait for each other.
    `SELECT budget_id AS id, limit_minor - reserved_minor - spent_minor AS free
     FROM budgets WHERE budget_id = ANY($1) ORDER BY budget_id COLLATE "C" FOR UPDATE`,
    [[...new Set(claims.map(({ budgetId }) => budgetId))]],
  )
  const free = new Map(budgets.map((budget) => [budget.id, budget.free]))
  const reserved = new Map<string, number>()
  const granted = claims.map(({ budgetId, amountMinor }) => {
    const left = (free.get(budgetId) ?? 0) - (reserved.get(budgetId) ?? 0)
    if (amountMinor > left) return false
    reserved.set(budgetId, (reserved.get(budgetId) ?? 0) + amountMinor)
    return true
  })
  await tx.query(
    `UPDATE budgets SET reserved_minor = reserved_minor + taken.amount
     FROM unnest($1::text[], $2::bigint[]) AS taken(id, amount) WHERE budget_id = taken.id`,
    [[...reserved.keys()], [...reserved.values()]],
  )
  return granted
}

/** What coupons gave back, by budget. */
export interface Release {
  readonly budgetId: string
  readonly amountMinor: number
}

/** Gives back what was reserved. Comes last in its transaction, too. */
export const release = async (tx: Transaction, releases: readonly Release[]): Promise<void> => {
  const sums = new Map<string, number>()
  for (const { budgetId, amountMinor } of releases)
    sums.set(budgetId, (sums.get(budgetId) ?? 0) + amountMinor)
  // One by one in one order: a single statement would lock them in an order of its own.
  for (const budgetId of [...sums.keys()].sort())
    await tx.query('UPDATE budgets SET reserved_minor = reserved_minor - $2 WHERE budget_id = $1', [
      budgetId,
      sums.get(budgetId),
    ])
}
