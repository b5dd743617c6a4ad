import type { Queries, Transaction } from '@ebb/postgres/transaction'
import type { GradeOfMonth } from './grade-of-month.ts'
import { monthBefore } from './graded-risk.ts'

/** The grade of a month as it is kept. */
export interface KeptGrade {
  /** `2026-06`, of the shop. */
  readonly month: string
  /** Version; empty for whichever was in force. */
  readonly model: string
  /** Made of so many risks, alerts among them; so many of them graded. */
  readonly rows: number
  readonly graded: number
  /** Its risks are gone. */
  readonly isClosed: boolean
  readonly document: GradeOfMonth
}

/** What is kept of a month's risks, and what its grade was made of. */
export interface Standing {
  readonly month: string
  readonly rows: number
  readonly graded: number
  /** When the last horizon ends, ms. */
  readonly lastUntil: number
  readonly known: { readonly rows: number; readonly graded: number } | null
}

/** The months of which risks are kept, the earliest first. */
export const readStanding = (queries: Queries): Promise<Standing[]> =>
  queries.query<Standing>(
    `SELECT month, count(*) AS rows, count(is_quiet) AS graded, max(until) AS "lastUntil",
       (SELECT json_build_object('rows', rows, 'graded', graded) FROM grades
        WHERE grades.month = graded_risks.month AND model = '') AS known
     FROM graded_risks GROUP BY month ORDER BY month`,
  )

/** What the grade of a month is held against: of each of these models its first month, and the one before. */
export const gradesBefore = (
  queries: Queries,
  { month, models }: { readonly month: string; readonly models: readonly string[] },
): Promise<Pick<KeptGrade, 'month' | 'model' | 'document'>[]> =>
  queries.query(
    `SELECT month, model, document FROM grades AS one
     WHERE month < $1 AND model = ANY($2) AND (month = $3 OR NOT EXISTS (
       SELECT 1 FROM grades WHERE grades.model = one.model AND grades.month < one.month))
     ORDER BY month`,
    [month, models, monthBefore(month)],
  )

/** How many grades are shown: two years of months, and as many of versions as may be looked at. */
const MONTHS_SHOWN = 24
const VERSIONS_SHOWN = 60

/** The latest grades, the latest month first: of whichever model was in force, and of versions. */
export const readKeptGrades = async (queries: Queries): Promise<KeptGrade[]> => {
  const kept = (where: string, limit: number) =>
    queries.query<KeptGrade>(
      `SELECT month, model, rows, graded, is_closed AS "isClosed", document FROM grades
       WHERE ${where} ORDER BY month DESC, model LIMIT $1`,
      [limit],
    )
  const [months, versions] = await Promise.all([
    kept(`model = ''`, MONTHS_SHOWN),
    kept(`model <> ''`, VERSIONS_SHOWN),
  ])
  return [...months, ...versions]
}

/** Writes a grade in place of the one before; a closed one stands. */
export const writeGrade = async (
  tx: Transaction,
  { month, model, rows, graded, isClosed, document }: KeptGrade,
): Promise<void> => {
  await tx.query(
    `INSERT INTO grades AS kept (month, model, rows, graded, is_closed, document)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb)
     ON CONFLICT (month, model) DO UPDATE SET rows = $3, graded = $4, is_closed = $5, document = $6::jsonb
     WHERE NOT kept.is_closed`,
    [month, model, rows, graded, isClosed, JSON.stringify(document)],
  )
}
