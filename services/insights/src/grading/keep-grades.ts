import { DAY_MS } from '@ebb/customer/calendar'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import type { Consumption } from '@ebb/streaming/event-log'
import { repeatWhile } from '../stream/repeat-while.ts'
import { monthOf } from './grade-day.ts'
import { gradeOfMonth } from './grade-of-month.ts'
import { gradesBefore, readStanding, type Standing, writeGrade } from './grade-rows.ts'
import { monthBefore } from './graded-risk.ts'
import { forgetRisks, readRisks } from './graded-rows.ts'

/** What grades are kept with. */
export interface GradesSettings {
  readonly postgres: Postgres
  /** IANA name of the shop's. */
  readonly timeZone: string
  /** Grades changed, or this is the first look. */
  readonly onGraded: () => Promise<void>
  /** Grades wait, and are tried again. */
  readonly onFault: (error: Error) => void
}

const LOOK_EVERY_MS = 5_000
/** Single risks are kept so long behind the last horizon of their month; then its grade alone. */
export const KEPT_DAYS = 30

/** Whichever model was in force. */
export const ANY_MODEL = ''

/**
 * Keeps the grades of all months in step with the risks that were graded. Works beside the readers,
 * which never wait for it; several processes do the same twice, and no harm.
 */
export const keepGrades = (settings: GradesSettings): Consumption => {
  const stopping = new AbortController()
  const { signal } = stopping
  const { onFault } = settings
  const turn = { everyMs: LOOK_EVERY_MS, isWanted: () => true, onFault, signal }
  const done = repeatWhile({ ...turn, work: grader(settings) })
  return {
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}

/** One turn: grades each month of which more is known than its grade says. */
export const grader = ({
  postgres,
  timeZone,
  onGraded,
}: Omit<GradesSettings, 'onFault'>): (() => Promise<void>) => {
  let looked: string | undefined
  return async () => {
    const days = await readDays(postgres)
    if (looked === days.mark) return
    for (const standing of await readStanding(postgres)) {
      const { month, lastUntil, known } = standing
      const isOver = days.clock !== undefined && month < monthOf(days.clock, timeZone)
      const isDone = isOver && standing.rows === standing.graded
      const isClosing = isDone && days.clock! >= lastUntil + KEPT_DAYS * DAY_MS
      const isKnown = known?.rows === standing.rows && known.graded === standing.graded
      if (isKnown && !isClosing) continue
      await postgres.transaction((tx) => gradeMonth(tx, standing, isClosing))
    }
    await onGraded()
    looked = days.mark
  }
}

/** How far the partitions are: the slowest clock, and something that changes with any of them. */
const readDays = async (
  postgres: Postgres,
): Promise<{ readonly clock: number | undefined; readonly mark: string }> => {
  const [found] = await postgres.query<{ clock: number | null; mark: string }>(
    `SELECT min(clock) AS clock, concat(count(*), ' ', sum(clock)) AS mark FROM grading_days`,
  )
  return { clock: found!.clock ?? undefined, mark: found!.mark }
}

/** In one transaction with its rows: who comes second finds the month graded, or gone and closed. */
const gradeMonth = async (
  tx: Transaction,
  { month }: Standing,
  isClosing: boolean,
): Promise<void> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('ebb grades', 0))`)
  const risks = await readRisks(tx, month)
  if (risks.length === 0) return
  const models = [ANY_MODEL, ...new Set(risks.map((risk) => risk.model))]
  const earlier = await gradesBefore(tx, { month, models })
  for (const model of models) {
    const own = model === ANY_MODEL ? risks : risks.filter((risk) => risk.model === model)
    const same = earlier.filter((grade) => grade.model === model)
    const first = same[0]?.document
    const before = same.find((grade) => grade.month === monthBefore(month))?.document
    const document = gradeOfMonth(own, { ...(first && { first }), ...(before && { before }) })
    const graded = own.filter(({ isQuiet }) => isQuiet !== null).length
    await writeGrade(tx, {
      ...{ month, model, rows: own.length, graded, isClosed: isClosing, document },
    })
  }
  if (isClosing) await forgetRisks(tx, month)
}
