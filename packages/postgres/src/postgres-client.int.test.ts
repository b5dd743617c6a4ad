import { HaltError, TransientError } from '@ebb/streaming/faults'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { isUniqueViolation, openPostgres, type Postgres } from './postgres-client.ts'
import { cutTransactions, testSchema } from './postgres-fixture.ts'

const server = await usePostgres()

const withTable = async (): Promise<Postgres> => {
  const postgres = await testSchema(server!.url).open()
  await postgres.query('CREATE TABLE numbers (n bigint CONSTRAINT only_once UNIQUE)')
  return postgres
}
const numbers = async (postgres: Postgres): Promise<number[]> => {
  const rows = await postgres.query<{ n: number }>('SELECT n FROM numbers ORDER BY n')
  return rows.map(({ n }) => n)
}
const add = 'INSERT INTO numbers VALUES ($1)'

describe.skipIf(server === undefined)('a pool on PostgreSQL', () => {
  const settings = { applicationName: 'test', schema: 'never_made' }

  test('keeps to its schema', async () => {
    const [one, other] = await Promise.all([withTable(), withTable()])
    await one.query(add, [1])
    expect(await numbers(one)).toEqual([1])
    expect(await numbers(other)).toEqual([])
  })

  test('gives counts and sums as exact numbers', async () => {
    const postgres = await testSchema(server!.url).open()
    const [row] = await postgres.query(
      `SELECT count(*) AS count, sum(n) AS sum, avg(n) AS mean, array_agg(n) AS all, min(n) AS min
       FROM unnest($1::bigint[]) AS n`,
      [[9_007_199_254_740_990, 1, null]],
    )
    expect(row).toEqual({
      count: 3,
      sum: Number.MAX_SAFE_INTEGER,
      mean: 4_503_599_627_370_495.5,
      all: [9_007_199_254_740_990, 1, null],
      min: 1,
    })
  })

  test.each(['9007199254740992', '-9007199254740993'])('refuses to round %s', async (large) => {
    const postgres = await testSchema(server!.url).open()
    await expect(postgres.query(`SELECT ${large}::bigint`)).rejects.toThrow(RangeError)
    await expect(postgres.query(`SELECT ARRAY[${large}]::numeric[]`)).rejects.toThrow(RangeError)
  })

  test('makes one schema for eight that ask at once', async () => {
    const { open } = testSchema(server!.url)
    const pools = await Promise.all(Array.from({ length: 8 }, open))
    expect(pools).toHaveLength(8)
  })

  test('says by its code why it cannot be opened, and never the password', async () => {
    const missing = new URL(server!.url)
    missing.pathname = '/no_such_database'
    const refused = openPostgres({ ...settings, url: missing.href })
    await expect(refused).rejects.toThrow(/^EBB_POSTGRES_REFUSED: .*no_such_database/)
    const away = openPostgres({ ...settings, url: 'postgres://u:secret@127.0.0.1:1/d' })
    await expect(away).rejects.toThrow(/^EBB_POSTGRES_AWAY: (?!.*secret).*ECONNREFUSED/)
    const unreadable = openPostgres({ ...settings, url: 'postgres://u:secret@[/d' })
    await expect(unreadable).rejects.toThrow(/^EBB_POSTGRES_SETTINGS: (?!.*secret)/)
    const unnameable = openPostgres({ ...settings, url: server!.url, schema: 'a"b' })
    await expect(unnameable).rejects.toThrow(/^EBB_POSTGRES_SETTINGS: .*"a"b"/)
  })

  test('outlives its connections, and tells of one that broke while idle', async () => {
    const { schema, open } = testSchema(server!.url)
    const notice = Promise.withResolvers<string>()
    const onNotice = ({ message }: { message: string }) => notice.resolve(message)
    const postgres = await openPostgres({
      url: server!.url,
      schema,
      applicationName: 'x',
      onNotice,
    })
    const [{ pid } = { pid: 0 }] = await postgres.query<{ pid: number }>(
      'SELECT pg_backend_pid() AS pid',
    )
    await (await open()).query('SELECT pg_terminate_backend($1)', [pid])
    expect(await notice.promise).toMatch(/broke/)
    expect(await postgres.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await postgres.close()
  })

  test('gives up on what runs when it is closed', async () => {
    const postgres = await testSchema(server!.url).open()
    const begun = Promise.withResolvers<void>()
    const running = postgres.transaction(async (tx) => {
      await tx.query('SELECT 1')
      begun.resolve()
      await tx.query('SELECT pg_sleep(100)')
    })
    const outcome = expect(running).rejects.toThrow(TransientError)
    await begun.promise
    await Promise.all([postgres.close(), outcome])
  })
})

describe.skipIf(server === undefined)('a transaction', () => {
  test('leaves nothing where its work throws', async () => {
    const postgres = await withTable()
    const work = postgres.transaction(async (tx) => {
      await tx.query(add, [1])
      throw new HaltError('EBB_PROCESSOR_FAILED', 'broken')
    })
    await expect(work).rejects.toThrow(/broken/)
    expect(await numbers(postgres)).toEqual([])
  })

  test('says which constraint was broken', async () => {
    const postgres = await withTable()
    await postgres.query(add, [1])
    const broken = await postgres.query(add, [1]).catch((error) => error)
    expect(isUniqueViolation(broken)).toBe(true)
    expect(isUniqueViolation(broken, 'only_once')).toBe(true)
    expect(isUniqueViolation(broken, 'another')).toBe(false)
    expect(isUniqueViolation(new Error('23505'))).toBe(false)
  })

  test('does not look committed where a failed statement was passed over', async () => {
    const postgres = await withTable()
    const work = postgres.transaction(async (tx) => {
      await tx.query(add, [1])
      await tx.query(add, [1]).catch(() => {})
    })
    await expect(work).rejects.toSatisfy((error) => isUniqueViolation(error, 'only_once'))
    expect(await numbers(postgres)).toEqual([])
  })

  test('goes on behind an attempt that failed, without what it did', async () => {
    const postgres = await withTable()
    await postgres.transaction(async (tx) => {
      await tx.query(add, [1])
      const failed = tx.attempt(async () => {
        await tx.query(add, [2])
        await tx.attempt(() => tx.query(add, [3]))
        await tx.query(add, [1])
      })
      await expect(failed).rejects.toSatisfy((error) => isUniqueViolation(error))
      await tx.attempt(() => tx.query(add, [4]))
    })
    expect(await numbers(postgres)).toEqual([1, 4])
  })

  test('refuses statements after its end', async () => {
    const postgres = await withTable()
    const ended = await postgres.transaction(async (tx) => tx)
    await expect(ended.query(add, [1])).rejects.toThrow(/ended already/)
    expect(await numbers(postgres)).toEqual([])
  })

  test('takes statements that were begun together one after the other', async () => {
    const postgres = await withTable()
    await postgres.transaction((tx) => Promise.all([1, 2, 3].map((n) => tx.query(add, [n]))))
    expect(await numbers(postgres)).toEqual([1, 2, 3])
  })

  test('is a fault that may pass where the connection is lost within it', async () => {
    const { schema, open } = testSchema(server!.url)
    const [postgres, other] = await Promise.all([open(), open()])
    const cut = postgres.transaction(async (tx) => {
      await tx.query('SELECT 1')
      await cutTransactions(other, schema)
      await tx.query('SELECT 1')
    })
    await expect(cut).rejects.toThrow(TransientError)
    expect(await postgres.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('is a fault that may pass where the connection is lost while it commits', async () => {
    const postgres = await withTable()
    await postgres.query(
      `CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
       CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON numbers
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()`,
    )
    const cut = postgres.transaction((tx) => tx.query(add, [1]))
    await expect(cut).rejects.toThrow(TransientError)
  })

  test('is a fault that may pass where two wait for each other', async () => {
    const postgres = await withTable()
    await postgres.query('INSERT INTO numbers VALUES (1), (2)')
    const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const lock = 'SELECT 1 FROM numbers WHERE n = $1 FOR UPDATE'
    const works = [1, 2].map((n) =>
      postgres.transaction(async (tx) => {
        await tx.query(lock, [n])
        both[n - 1]!.resolve()
        await Promise.all(both.map(({ promise }) => promise))
        await tx.query(lock, [3 - n])
      }),
    )
    const outcomes = await Promise.allSettled(works)
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed).toHaveLength(1)
    expect(failed[0]!.reason).toMatchObject({ code: 'EBB_POSTGRES_BUSY' })
    expect(failed[0]!.reason).toBeInstanceOf(TransientError)
  })
})
