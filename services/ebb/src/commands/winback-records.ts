import type { Postgres } from '@ebb/postgres/postgres-client'
import { prepareRetention } from '@ebb/retention/service'
import { wallClock } from '@ebb/runtime/clock'
import type { CliContext } from '../cli-context.ts'
import type { Shop } from './data-folder.ts'
import { withRecords } from './service-records.ts'

/** Gives the business records of retention to `work`, as `withRecords` does. */
export const withWinbacks = <T>(
  context: CliContext,
  folder: string,
  work: (postgres: Postgres, shop: Shop) => Promise<T>,
): Promise<T> =>
  withRecords(context, { folder, service: 'retention' }, async (postgres, shop) => {
    await prepareRetention(postgres, { currency: shop.currency, now: wallClock.now() })
    return work(postgres, shop)
  })
