import type { Queries, Transaction } from '@ebb/postgres/transaction'
import type { GradedRisk } from './graded-risk.ts'

/** A risk as it is told, before anything came of it. */
export interface ToldRisk extends Omit<GradedRisk, 'isQuiet'> {
  readonly riskId: string
  readonly partition: number
  readonly customerId: string
  /** `2026-06`, of the shop. */
  readonly month: string
  /** When it was told, and the end of its horizon, ms. */
  readonly at: number
  readonly until: number
}

/** A risk whose horizon has not passed yet. */
export interface OpenRisk extends Pick<ToldRisk, 'riskId' | 'customerId' | 'at' | 'until'> {
  /** The latest valid order in (at, until], as far as is known. */
  readonly orderedAt: number | null
}

/** One array a column. */
const columnsOf = <T>(rows: readonly T[], read: readonly ((row: T) => unknown)[]): unknown[] =>
  read.map((column) => rows.map(column))

/**
 * Adds risks that were told. One that is known by its id stays as it is. Behind the rows of their
 * customers in the same transaction: the order of the last one that is known counts from then on.
 */
export const addRisks = async (tx: Transaction, risks: readonly ToldRisk[]): Promise<void> => {
  if (risks.length === 0) return
  await tx.query(
    `INSERT INTO graded_risks (risk_id, tier, partition, customer_id, model, month, risk, at, until,
       silent_days, repeat_days, gap_days, ordered_at)
     SELECT sent.*, CASE WHEN last_at > at AND last_at <= until THEN last_at END
     FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[],
       $7::float8[], $8::bigint[], $9::bigint[], $10::float8[], $11::integer[], $12::float8[])
       AS sent (risk_id, tier, partition, customer_id, model, month, risk, at, until,
         silent_days, repeat_days, gap_days)
     LEFT JOIN customers USING (customer_id) ORDER BY risk_id COLLATE "C"
     ON CONFLICT (risk_id) DO NOTHING`,
    columnsOf(risks, [
      ...[({ riskId }: ToldRisk) => riskId, ({ tier }: ToldRisk) => tier],
      ...[({ partition }: ToldRisk) => partition, ({ customerId }: ToldRisk) => customerId],
      ...[({ model }: ToldRisk) => model, ({ month }: ToldRisk) => month],
      ...[({ risk }: ToldRisk) => risk, ({ at }: ToldRisk) => at, ({ until }: ToldRisk) => until],
      ...[({ silentDays }: ToldRisk) => silentDays, ({ repeatDays }: ToldRisk) => repeatDays],
      ({ gapDays }) => gapDays,
    ]),
  )
}

/** What is told of these customers and not graded yet. */
export const readOpenRisks = (
  tx: Transaction,
  customerIds: readonly string[],
): Promise<OpenRisk[]> =>
  tx.query<OpenRisk>(
    `SELECT risk_id AS "riskId", customer_id AS "customerId", at, until, ordered_at AS "orderedAt"
     FROM graded_risks WHERE customer_id = ANY($1) AND is_quiet IS NULL`,
    [customerIds],
  )

/** Writes the orders that were heard of since risks were told. */
export const writeOrders = async (tx: Transaction, risks: readonly OpenRisk[]): Promise<void> => {
  if (risks.length === 0) return
  await tx.query(
    `UPDATE graded_risks SET ordered_at = sent.ordered_at
     FROM unnest($1::text[], $2::bigint[]) AS sent (risk_id, ordered_at)
     WHERE graded_risks.risk_id = sent.risk_id`,
    [risks.map(({ riskId }) => riskId), risks.map(({ orderedAt }) => orderedAt)],
  )
}

/** Grades what was told in a partition and whose horizon has passed at an instant. */
export const gradeUntil = async (
  tx: Transaction,
  partition: number,
  clock: number,
): Promise<void> => {
  await tx.query(
    `UPDATE graded_risks SET is_quiet = ordered_at IS NULL
     WHERE partition = $1 AND until <= $2 AND is_quiet IS NULL`,
    [partition, clock],
  )
}

/** Where the grading of a partition stands: the day of the shop, and the tick that brought it. */
export interface GradingDay {
  readonly day: number
  readonly clock: number
}

/** `undefined` before the first day. */
export const readGradingDay = async (
  tx: Transaction,
  partition: number,
): Promise<GradingDay | undefined> => {
  const [found] = await tx.query<GradingDay>(
    'SELECT day, clock FROM grading_days WHERE partition = $1',
    [partition],
  )
  return found
}

/** Says that a day was graded. */
export const writeGradingDay = async (
  tx: Transaction,
  partition: number,
  { day, clock }: GradingDay,
): Promise<void> => {
  await tx.query(
    `INSERT INTO grading_days (partition, day, clock) VALUES ($1, $2, $3)
     ON CONFLICT (partition) DO UPDATE SET day = $2, clock = $3`,
    [partition, day, clock],
  )
}

/** All that was told in a month and is kept. */
export const readRisks = (queries: Queries, month: string): Promise<GradedRisk[]> =>
  queries.query<GradedRisk>(
    `SELECT risk, is_quiet AS "isQuiet", silent_days AS "silentDays", repeat_days AS "repeatDays",
       gap_days AS "gapDays", tier, model
     FROM graded_risks WHERE month = $1`,
    [month],
  )

/** Forgets the risks of a month. */
export const forgetRisks = async (tx: Transaction, month: string): Promise<void> => {
  await tx.query('DELETE FROM graded_risks WHERE month = $1', [month])
}
