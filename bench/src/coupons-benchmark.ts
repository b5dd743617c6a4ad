import { ALERTS } from '@ebb/contracts/topics'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { LogRecord } from '@ebb/streaming/event-log'
import type { Benchmark, Contestant, Round, Scale } from './benchmark.ts'
import { WALL } from './results.ts'
import {
  alertsLog,
  BUDGET,
  checkBudget,
  checkLedger,
  emptyLedger,
  handleBatch,
  openLedger,
} from './retention-ledger.ts'
import { readingRound } from './retention-reader.ts'

/** Transactions that want the budget at a time. */
const SIDE_BY_SIDE = 8
const PARTITIONS = 4
/** For one event of the scale: 1,000 commits, 500 coupons alone and 5,000 in batches. */
const LOCKS_EACH = 1 / 20
const SINGLE_EACH = 1 / 40
const BATCHED_EACH = 1 / 4

const contestant = (
  name: string,
  schema: string,
  prepare: (postgres: Postgres, scale: Scale) => Promise<Round>,
): Contestant => ({
  name,
  open: async ({ engines, scale }) => {
    const postgres = await openLedger(engines, schema)
    return { prepare: () => prepare(postgres, scale), close: postgres.close }
  },
})

/** Does so much work, several pieces at a time. */
const sideBySide = async (
  pieces: number,
  work: (piece: number) => Promise<unknown>,
): Promise<number> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < pieces) await work(next++)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
  return pieces
}

const TAKE = 'UPDATE budgets SET reserved_minor = reserved_minor + 500 WHERE budget_id = $1'

const lockAlone = async (postgres: Postgres, { events }: Scale): Promise<Round> => {
  await emptyLedger(postgres)
  return { run: () => sideBySide(events * LOCKS_EACH, () => postgres.query(TAKE, [BUDGET])) }
}

const oneByOne = async (postgres: Postgres, { events }: Scale): Promise<Round> => {
  await emptyLedger(postgres)
  const coupons = events * SINGLE_EACH
  const log = await alertsLog(coupons, 1)
  const { records } = await log.read({ topic: ALERTS, partition: 0 }, 0, coupons)
  const issue = (record: LogRecord): Promise<void> =>
    postgres.transaction((tx) => handleBatch(tx, [record], 0))
  return {
    run: () => sideBySide(coupons, (piece) => issue(records[piece]!)),
    end: async () => {
      await checkLedger(postgres, coupons)
      await checkBudget(postgres)
    },
  }
}

const inBatches = (postgres: Postgres, { events }: Scale): Promise<Round> =>
  readingRound(postgres, { alerts: events * BATCHED_EACH, partitions: PARTITIONS })

const goals = { [WALL]: '≥ 700/s' }

/** Coupons that all want one budget, against the lock of its row alone. */
export const couponsBenchmark: Benchmark = {
  name: 'retention coupons on one budget row',
  needs: ['postgres'],
  against: contestant('UPDATE of the row, a commit each', 'bench_lock', lockAlone),
  contestants: [
    {
      ...contestant('a coupon a transaction, 8 side by side', 'bench_single', oneByOne),
      goals,
    },
    {
      ...contestant('batches of 500, 4 partitions', 'bench_partitions', inBatches),
      goals,
    },
  ],
}
