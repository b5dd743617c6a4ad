import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { CodedError } from '@ebb/runtime/coded-error'
import { schemaOf } from '@ebb/runtime/engine-settings'
import type { CliContext } from '../cli-context.ts'
import { installationAt } from '../installation.ts'
import { dataEmpty, placeOf, type Shop } from './data-folder.ts'
import { patiently } from './patience.ts'

/** Whose records, and where. */
interface RecordsOf {
  readonly folder: string
  readonly service: 'retention' | 'insights'
}

/**
 * Gives the tables of a service to `work`, beside whoever owns the place, or while nobody does; closes
 * them behind it. Throws `EBB_RECORDS_MISSING` on shared engines without PostgreSQL, and `EBB_DATA_EMPTY`
 * where nothing was begun, of which it makes nothing.
 */
export const withRecords = async <T>(
  context: CliContext,
  { folder, service }: RecordsOf,
  work: (postgres: Postgres, shop: Shop) => Promise<T>,
): Promise<T> => {
  const { records } = context
  if (records === undefined) throw recordsMissing()
  const place = placeOf(context, folder)
  const shop = await installationAt(context.engines, place)
  // Records of their own beside those that were meant would take a pause, and change nothing.
  if (shop === undefined) throw dataEmpty(context, folder)
  const database = await records.use(place)
  try {
    const schema = schemaOf(place.namespace, service)
    const settings = { url: database.url, schema, applicationName: 'ebb' }
    const postgres = await patiently(context, () => openPostgres(settings))
    return await work(postgres, shop).finally(postgres.close)
  } finally {
    await database.close()
  }
}

const recordsMissing = (): CodedError =>
  new CodedError('EBB_RECORDS_MISSING', {
    what: 'Win-backs and what the dashboard shows are kept in PostgreSQL, and none is named',
    where: 'EBB_POSTGRES',
    fix: 'Set EBB_POSTGRES to its address, such as postgres://user:password@host:5432/ebb',
  })
