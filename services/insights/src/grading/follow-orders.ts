import type { Transaction } from '@ebb/postgres/transaction'
import { type OpenRisk, readOpenRisks, writeOrders } from './graded-rows.ts'

/** A customer whose orders changed, and the latest valid one from then on (ms); null without any. */
export interface HeardOrder {
  readonly customerId: string
  readonly lastAt: number | null
}

/**
 * Whether the horizon of a risk has an order in it, as far as one more rhythm says. One that ends
 * behind the horizon says nothing of it: what was known stays.
 */
export const orderWithin = (
  { at, until, orderedAt }: Omit<OpenRisk, 'riskId' | 'customerId'>,
  lastAt: number | null,
): number | null => {
  if (lastAt === null || lastAt <= at) return null
  return lastAt <= until ? lastAt : orderedAt
}

/** Brings what was told of customers in step with their orders, given in the order of the log. */
export const followOrders = async (
  tx: Transaction,
  heard: readonly HeardOrder[],
): Promise<void> => {
  if (heard.length === 0) return
  const byCustomer = Map.groupBy(heard, ({ customerId }) => customerId)
  const open = await readOpenRisks(tx, [...byCustomer.keys()])
  const changed = open.flatMap((risk) => {
    const orderedAt = byCustomer
      .get(risk.customerId)!
      .reduce<number | null>(
        (orderedAt, { lastAt }) => orderWithin({ ...risk, orderedAt }, lastAt),
        risk.orderedAt,
      )
    return orderedAt === risk.orderedAt ? [] : [{ ...risk, orderedAt }]
  })
  await writeOrders(tx, changed)
}
