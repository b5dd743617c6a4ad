import type { Benchmark, Contestant, Scale, Setting, Workload } from './benchmark.ts'
import { WALL } from './results.ts'
import { checkLedger, emptyLedger, openLedger } from './retention-ledger.ts'
import { readingRound } from './retention-reader.ts'
import { batchFiles, rowInserts } from './retention-rows.ts'

/** For one event of the scale: 5,000 decisions in a whole run, ten batches. */
const DECISIONS_EACH = 1 / 4
/** For whoever waits for the disk at every row. */
const SLOW_DECISIONS_EACH = 1 / 100

const decisionsOf = ({ events }: Scale): number => events * DECISIONS_EACH

const openInserts = async ({ engines, scale }: Setting): Promise<Workload> => {
  const postgres = await openLedger(engines, 'bench_inserts')
  const decisions = scale.events * SLOW_DECISIONS_EACH
  const inserts = await rowInserts(postgres, decisions)
  return {
    prepare: async () => {
      await emptyLedger(postgres)
      return {
        run: async () => {
          for (const { text, values } of inserts) await postgres.query(text, values)
          return decisions
        },
        end: () => checkLedger(postgres, decisions),
      }
    },
    close: postgres.close,
  }
}

const openCopy = async ({ engines, scale }: Setting): Promise<Workload> => {
  const postgres = await openLedger(engines, 'bench_copy')
  const decisions = decisionsOf(scale)
  const batches = await batchFiles(postgres, decisions)
  return {
    prepare: async () => {
      await emptyLedger(postgres)
      return {
        run: async () => {
          for (const files of batches)
            await postgres.transaction(async (tx) => {
              for (const { table, file } of files) await tx.query(`COPY ${table} FROM '${file}'`)
            })
          return decisions
        },
        end: () => checkLedger(postgres, decisions),
      }
    },
    close: postgres.close,
  }
}

const decisionsInBatches = (schema: string, goal: string): Contestant => ({
  name: 'retention, batches of 500',
  goals: { [WALL]: goal },
  open: async ({ engines, scale }) => {
    const postgres = await openLedger(engines, schema)
    const reading = { alerts: decisionsOf(scale), partitions: 1 }
    return { prepare: () => readingRound(postgres, reading), close: postgres.close }
  },
})

/**
 * Decisions with a coupon each, from alerts in one partition to what is committed, against the same
 * rows without a thought: row by row with a commit each, and by COPY with the same commits.
 */
export const retentionBenchmarks: readonly Benchmark[] = [
  {
    name: 'retention writes against single inserts',
    needs: ['postgres'],
    against: { name: 'the same rows, a commit each', open: openInserts },
    contestants: [decisionsInBatches('bench_over_inserts', '≥ 2,000 %')],
  },
  {
    name: 'retention writes against COPY',
    needs: ['postgres'],
    against: { name: 'COPY of the same rows, a commit for 500', open: openCopy },
    contestants: [decisionsInBatches('bench_under_copy', '≥ 45 %')],
  },
]
