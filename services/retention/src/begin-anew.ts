import { ALERTS, ORDERS } from '@ebb/contracts/topics'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { skipToEnd } from '@ebb/postgres/skip-to-end'
import { CodedError } from '@ebb/runtime/coded-error'
import type { EventLog } from '@ebb/streaming/event-log'
import { ALERTS_GROUP, ORDERS_GROUP } from './service.ts'

/**
 * Lets retention go on with an empty ledger, at the end of the log, after its database was lost for
 * good. Nothing is decided for alerts of before. Call behind `prepareRetention`. Throws
 * `EBB_RECORDS_PRESENT` where there is a ledger, which it leaves alone.
 */
export const beginAnew = async (
  postgres: Postgres,
  log: Pick<EventLog, 'partitions' | 'read'>,
): Promise<void> => {
  const readers = [
    { group: ALERTS_GROUP, topic: ALERTS },
    { group: ORDERS_GROUP, topic: ORDERS },
  ]
  if (await skipToEnd(postgres, log, readers)) return
  throw new CodedError('EBB_RECORDS_PRESENT', {
    what: 'PostgreSQL has the records of win-backs: decisions, coupons, and where they stand',
    fix: 'Start retention: it goes on where it stopped. This is for a database that was lost',
  })
}
