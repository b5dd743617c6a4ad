import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { prepareRetention } from '@ebb/retention/service'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { schemaOf } from '@ebb/runtime/engine-settings'
import type { CliContext } from '../cli-context.ts'
import { placeOf, type Shop, shopOf } from './data-folder.ts'
import { patiently } from './patience.ts'

/**
 * Gives the business records of retention to `work`, beside whoever owns the place, or while nobody
 * does; closes them behind it. Throws `EBB_RECORDS_MISSING` on shared engines without PostgreSQL.
 */
export const withWinbacks = async <T>(
  context: CliContext,
  folder: string,
  work: (postgres: Postgres, shop: Shop) => Promise<T>,
): Promise<T> => {
  const { records } = context
  if (records === undefined) throw recordsMissing()
  const place = placeOf(context, folder)
  const shop = await shopOf(context, folder)
  const database = await records.use(place)
  try {
    const schema = schemaOf(place.namespace, 'retention')
    const settings = { url: database.url, schema, applicationName: 'ebb' }
    const postgres = await patiently(context, () => openPostgres(settings))
    try {
      await prepareRetention(postgres, { currency: shop.currency, now: wallClock.now() })
      return await work(postgres, shop)
    } finally {
      await postgres.close()
    }
  } finally {
    await database.close()
  }
}

const recordsMissing = (): CodedError =>
  new CodedError('EBB_RECORDS_MISSING', {
    what: 'Win-backs are kept in PostgreSQL, and none is named',
    where: 'EBB_POSTGRES',
    fix: 'Set EBB_POSTGRES to its address, such as postgres://user:password@host:5432/ebb',
  })
