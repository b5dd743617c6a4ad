import { lookAtPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { reportOnPostgres } from '@ebb/postgres/postgres-diagnosis'
import type { Queries } from '@ebb/postgres/transaction'
import { CodedError } from '@ebb/runtime/coded-error'
import { schemaOf } from '@ebb/runtime/engine-settings'
import type { EngineReport } from '@ebb/streaming/engines'

/** The business records, to look at. */
export interface RecordsLook {
  readonly report: EngineReport
  /** By service. */
  readonly schemas: Readonly<Record<'retention' | 'insights', Queries>>
  close(): Promise<void>
}

const PATIENCE_MS = 3_000

/** Connects to the schemas of both services; neither need be there. Throws as `openPostgres` does. */
export const lookAtRecords = async (url: string, namespace: string): Promise<RecordsLook> => {
  const look = (service: string): ReturnType<typeof lookAtPostgres> =>
    lookAtPostgres({
      ...{ url, schema: schemaOf(namespace, service), applicationName: 'ebb' },
      ...{ patienceMs: PATIENCE_MS, maxConnections: 2 },
    })
  const opened: Pick<Postgres, 'close'>[] = []
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((each) => each.close()))
  }
  try {
    const retention = await look('retention')
    opened.push(retention)
    const insights = await look('insights')
    opened.push(insights)
    return { report: await reportOnPostgres(retention), schemas: { retention, insights }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The server of a data folder runs with its owner alone. */
export const notRunning = (): CodedError =>
  new CodedError('EBB_POSTGRES_AWAY', {
    what: 'The PostgreSQL of the data folder does not run',
    where: 'postgres/postgres.log in it',
    fix: 'It runs with `ebb up`, which starts it again where it ends; its log says why it does not',
  })
