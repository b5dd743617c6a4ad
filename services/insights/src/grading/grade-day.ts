import { DAY_MS, dayOf } from '@ebb/customer/calendar'
import type { Transaction } from '@ebb/postgres/transaction'
import { riskAt } from '@ebb/risk/silence/tiers'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { Rhythm } from '../customers/customer-fold.ts'
import { civilDate } from '../quality/quality-view.ts'
import { addRisks, gradeUntil, type ToldRisk, writeGradingDay } from './graded-rows.ts'
import type { ModelScoring } from './model-in-force.ts'

/** On one day in so many a customer is in the sample. */
const SAMPLE_DAYS = 100

/** The first tick of another day of the shop, in one partition of `ebb.features.v1`. */
export interface NewDay {
  readonly partition: number
  /** Of the topic. */
  readonly partitions: number
  readonly timeZone: string
  readonly scoring: ModelScoring
  /** ms. */
  readonly tick: number
}

/**
 * What a new day brings: what was told in the partition and whose horizon has passed is graded, and
 * the risks of a hundredth of its customers are written down, by all that is known behind the tick.
 */
export const gradeDay = async (tx: Transaction, newDay: NewDay): Promise<void> => {
  const { partition, partitions, timeZone, tick } = newDay
  const day = dayOf(tick, timeZone)
  await gradeUntil(tx, partition, tick)
  const sample = await readSample(tx, { turn: day % SAMPLE_DAYS, tick })
  const own = sample.filter(({ customerId }) => partitionOf(customerId, partitions) === partition)
  await addRisks(
    tx,
    own.map(({ customerId, ...rhythm }) => ({
      ...toldOf(rhythm, newDay),
      ...{ riskId: `score:${day}:${customerId}`, tier: null, partition, customerId },
      repeatDays: rhythm.repeatDays,
    })),
  )
  await writeGradingDay(tx, partition, { day, clock: tick })
}

type Sampled = Pick<Rhythm, 'firstAt' | 'lastAt' | 'repeatDays'> & { readonly customerId: string }

/** Whose turn it is, and whose last order is not ahead of the clock. */
const readSample = (
  tx: Transaction,
  { turn, tick }: { readonly turn: number; readonly tick: number },
): Promise<Sampled[]> =>
  tx.query<Sampled>(
    `SELECT customer_id AS "customerId", first_at AS "firstAt", last_at AS "lastAt",
       repeat_days AS "repeatDays"
     FROM customers WHERE sample_turn_of(customer_id) = $1 AND last_at <= $2`,
    [turn, tick],
  )

const toldOf = (rhythm: Omit<Sampled, 'customerId'>, { scoring, tick, timeZone }: NewDay) => ({
  model: scoring.modelVersion,
  risk: riskAt(rhythm, tick, scoring),
  ...{ at: tick, until: tick + scoring.policy.horizonDays * DAY_MS },
  month: monthOf(tick, timeZone),
  silentDays: (tick - rhythm.lastAt) / DAY_MS,
  gapDays: gapDaysOf(rhythm),
})

/** The month of the shop in which an instant lies: `2026-06`. */
export const monthOf = (instant: number, timeZone: string): string =>
  civilDate(dayOf(instant, timeZone)).slice(0, 7)

/** Mean time between order days; null where there was one. */
export const gapDaysOf = ({
  firstAt,
  lastAt,
  repeatDays,
}: Omit<Sampled, 'customerId'>): ToldRisk['gapDays'] =>
  repeatDays === 0 ? null : (lastAt - firstAt) / DAY_MS / repeatDays
