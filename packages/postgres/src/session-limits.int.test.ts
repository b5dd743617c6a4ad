import { TransientError } from '@ebb/streaming/faults'
import { usePostgres } from '@ebb/testkit/engines'
import { type FaultProxy, startFaultProxy } from '@ebb/testkit/fault-proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { relayBatch } from './outbox-batch.ts'
import { add, outboxLog, outboxRecord, publishedIds, relayUntil } from './outbox-fixture.ts'
import { openPostgres, type Postgres } from './postgres-client.ts'
import { migratedSchema, testSchema } from './postgres-fixture.ts'

const server = await usePostgres()
const now = () => 0

/** A pool on a schema through a network of its own. */
const proxied = async (schema: string): Promise<{ proxy: FaultProxy; postgres: Postgres }> => {
  const url = new URL(server!.url)
  const proxy = await startFaultProxy({ target: url.host })
  url.host = proxy.address
  const postgres = await openPostgres({ url: url.href, schema, applicationName: schema })
  onTestFinished(async () => {
    await proxy.close()
    await postgres.close()
  })
  return { proxy, postgres }
}

const sleeping = `SELECT 1 FROM pg_stat_activity
  WHERE application_name = $1 AND state = 'active' AND query LIKE 'SELECT pg_sleep%'`

const untilAsleep = async (postgres: Postgres, schema: string): Promise<void> => {
  while ((await postgres.query(sleeping, [schema])).length === 0);
}

describe.skipIf(server === undefined)('a session', () => {
  test('has its statement ended by the server, and is of use afterwards', async () => {
    const { schema, open } = testSchema(server!.url)
    const [postgres, other] = await Promise.all([open(), open()])
    const [{ pid } = { pid: 0 }] = await postgres.query('SELECT pg_backend_pid() AS pid')
    const work = () =>
      postgres.transaction((tx) => tx.query('SELECT pg_sleep(100)'), { statementMs: 500 })
    await expect(work()).rejects.toThrow(/^EBB_POSTGRES_BUSY: .*statement timeout/)
    expect(await other.query(sleeping, [schema])).toEqual([])
    expect(await postgres.query('SELECT pg_backend_pid() AS pid')).toEqual([{ pid }])
  })

  test('waits no longer for what others hold than it was told to', async () => {
    const { open } = testSchema(server!.url)
    const [postgres, other] = await Promise.all([open(), open()])
    const lock = 'SELECT pg_advisory_xact_lock(7)'
    await other.transaction(async (tx) => {
      await tx.query(lock)
      const waiting = postgres.transaction((tx) => tx.query(lock), { lockMs: 50 })
      await expect(waiting).rejects.toThrow(/^EBB_POSTGRES_BUSY: .*lock timeout/)
    })
  })

  test('bounds what outlives a client that stands still or cannot be reached', async () => {
    const postgres = await testSchema(server!.url).open()
    const settings = await postgres.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'search_path'`,
    )
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toMatchObject({
      ...{ statement_timeout: '54000', idle_in_transaction_session_timeout: '60000' },
      ...{ tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '3' },
      client_connection_check_interval: '2000',
    })
  })

  test('lets go of all that it holds when its client was cut off within a statement', async () => {
    const { postgres: other, schema } = await migratedSchema(server!.url)
    const { proxy, postgres } = await proxied(schema)
    const log = outboxLog()
    await add(other, outboxRecord('a'))
    // Has the turn of the relays and the row, and a statement that would go on for longer than we wait.
    const settled = async (tx: { query(text: string): Promise<unknown> }): Promise<void> => {
      await tx.query('SELECT pg_sleep(50)')
    }
    const cutOff = relayBatch({ postgres, log, now, settled })
    const outcome = expect(cutOff).rejects.toThrow(TransientError)
    await untilAsleep(other, schema)
    proxy.cut()
    await outcome
    expect(await relayUntil(1, { postgres: other, log })).toEqual(['a'])
    expect(await publishedIds(log)).toEqual(['a', 'a'])
  }, 30_000)
})
