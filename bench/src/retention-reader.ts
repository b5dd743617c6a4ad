import { ALERTS } from '@ebb/contracts/topics'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { readTopic } from '@ebb/postgres/topic-reader'
import { ALERTS_GROUP } from '@ebb/retention/service'
import type { Round } from './benchmark.ts'
import { gatedLog } from './gated-log.ts'
import {
  alertsLog,
  checkBudget,
  checkLedger,
  emptyLedger,
  handleBatch,
} from './retention-ledger.ts'

/** How many alerts are read, and by how many transactions side by side. */
export interface Reading {
  readonly alerts: number
  readonly partitions: number
}

/**
 * A round in which retention reads alerts as the service does: batches of what its log hands out, 500
 * at most, each with its offset in one transaction.
 */
export const readingRound = async (
  postgres: Postgres,
  { alerts, partitions }: Reading,
): Promise<Round> => {
  await emptyLedger(postgres)
  const gate = gatedLog(await alertsLog(alerts, partitions))
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  let left = alerts
  const reader = await readTopic({
    ...{ log: gate.log, postgres, group: ALERTS_GROUP, topic: ALERTS, handle: handleBatch },
    onHalt: reject,
    observer: {
      committed: ({ records }) => {
        left -= records
        if (left === 0) resolve()
      },
    },
  })
  await gate.waiting(partitions)
  return {
    run: async () => {
      gate.open()
      await done
      return alerts
    },
    end: async () => {
      await reader.stop()
      await checkLedger(postgres, alerts)
      await checkBudget(postgres)
    },
  }
}
