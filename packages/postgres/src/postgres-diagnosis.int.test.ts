import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lookAtPostgres } from './postgres-client.ts'
import { offsetsOf, reportOnPostgres } from './postgres-diagnosis.ts'
import { migratedSchema, testSchema } from './postgres-fixture.ts'

const server = await usePostgres()

const lookAt = async (schema: string, url = server!.url) => {
  const look = await lookAtPostgres({ url, schema, applicationName: 'test', patienceMs: 3_000 })
  onTestFinished(look.close)
  return look
}

describe.skipIf(server === undefined)('a look at PostgreSQL', () => {
  test('makes no schema, and can write nothing', async () => {
    const look = await lookAt('never_made')
    const found = await look.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'never_made'`)
    expect(found).toEqual([])
    await expect(look.query('CREATE SCHEMA never_made')).rejects.toThrow(/read-only/)
  })

  test('is a fault that may pass where nobody listens', async () => {
    const nobody = lookAt('any', 'postgres://user@127.0.0.1:1/db')
    await expect(nobody).rejects.toMatchObject({ code: 'EBB_POSTGRES_AWAY' })
  })

  test('tells which server it is, and how its clock stands', async () => {
    const { product, version, aheadMs } = await reportOnPostgres(await lookAt('any'))
    expect(product).toBe('PostgreSQL')
    expect(version).toMatch(/^\d+/)
    // On this machine, or in a container of it.
    expect(Math.abs(aheadMs!)).toBeLessThan(2_000)
  })

  test('tells where a group stands, and what has no tables', async () => {
    const { schema, postgres } = await migratedSchema(server!.url)
    await postgres.query(
      `INSERT INTO topic_offsets VALUES ('g', 't', 0, 1, 7), ('g', 't', 1, 1, NULL),
         ('g', 'other', 2, 1, 9), ('other', 't', 2, 1, 9)`,
    )
    const of = { group: 'g', topic: 't' }
    expect(await offsetsOf(await lookAt(schema), of)).toEqual(new Map([[0, 7]]))
    const empty = testSchema(server!.url)
    await empty.open()
    expect(await offsetsOf(await lookAt(empty.schema), of)).toBeUndefined()
  })
})
