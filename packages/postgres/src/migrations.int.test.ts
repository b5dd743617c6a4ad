import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usePostgres } from '@ebb/testkit/engines'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { lookAtMigrations, migrate } from './migrations.ts'
import type { Postgres } from './postgres-client.ts'
import { testSchema } from './postgres-fixture.ts'

const server = await usePostgres()

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  write('001-shops.sql', 'CREATE TABLE shops (n int);\nINSERT INTO shops VALUES (1);\n')
})

const write = (name: string, sql: string): void => writeFileSync(join(folder, name), sql)
const open = (): Promise<Postgres> => testSchema(server!.url).open()
const count = async (postgres: Postgres, table: string): Promise<unknown> =>
  (await postgres.query(`SELECT count(*) AS n FROM ${table}`))[0]!['n']
const isThere = async (postgres: Postgres, table: string): Promise<boolean> =>
  (await postgres.query('SELECT to_regclass($1) AS found', [table]))[0]!['found'] !== null

describe.skipIf(server === undefined)('migrations', () => {
  test('of eight that start at once are applied once', async () => {
    const { open } = testSchema(server!.url)
    const pools = await Promise.all(Array.from({ length: 8 }, open))
    await Promise.all(pools.map((postgres) => migrate(postgres, { folder })))
    expect(await count(pools[0]!, 'shops')).toBe(1)
    expect(await count(pools[0]!, 'migrations')).toBe(1)
    expect(await count(pools[0]!, 'outbox')).toBe(0)
  })

  test('that come later are applied on top', async () => {
    const postgres = await open()
    await migrate(postgres, { folder })
    write('002-more.sql', 'INSERT INTO shops VALUES (2)')
    await migrate(postgres, { folder })
    await migrate(postgres, { folder })
    expect(await count(postgres, 'shops')).toBe(2)
  })

  test('leave nothing where one fails, and say which', async () => {
    const postgres = await open()
    write('002-broken.sql', 'INSERT INTO shops VALUES (2); INSERT INTO nowhere VALUES (1)')
    const failed = migrate(postgres, { folder })
    await expect(failed).rejects.toThrow(/^EBB_POSTGRES_MIGRATION: 002-broken.sql .*nowhere/)
    expect(await isThere(postgres, 'shops')).toBe(false)
    expect(await isThere(postgres, 'outbox')).toBe(false)
  })

  test('do not care about line ends', async () => {
    const postgres = await open()
    await migrate(postgres, { folder })
    write('001-shops.sql', 'CREATE TABLE shops (n int);\r\nINSERT INTO shops VALUES (1);\r\n')
    await migrate(postgres, { folder })
    expect(await count(postgres, 'shops')).toBe(1)
  })

  test('are refused where a file that was applied is not the same any more', async () => {
    const postgres = await open()
    await migrate(postgres, { folder })
    write('002-more.sql', 'INSERT INTO shops VALUES (2)')
    write('001-shops.sql', 'CREATE TABLE shops (n bigint)')
    const changed = migrate(postgres, { folder })
    await expect(changed).rejects.toThrow(/^EBB_POSTGRES_MIGRATION: .*001-shops.sql/)
    renameSync(join(folder, '001-shops.sql'), join(folder, '001-stores.sql'))
    const renamed = migrate(postgres, { folder })
    await expect(renamed).rejects.toThrow(/^EBB_POSTGRES_MIGRATION: .*001-stores.sql/)
    expect(await count(postgres, 'shops')).toBe(1)
  })

  test('are refused where the schema is of a newer version', async () => {
    const postgres = await open()
    write('002-more.sql', 'INSERT INTO shops VALUES (2)')
    await migrate(postgres, { folder })
    rmSync(join(folder, '002-more.sql'))
    const older = migrate(postgres, { folder })
    await expect(older).rejects.toThrow(/^EBB_POSTGRES_NEWER: .*002-more.sql/)
  })

  test('are counted without a change', async () => {
    const postgres = await open()
    const look = () => lookAtMigrations(postgres, { folder })
    const { shipped } = await look()
    expect(await look()).toEqual({ applied: 0, shipped })
    expect(await isThere(postgres, 'outbox')).toBe(false)
    await migrate(postgres, { folder })
    write('002-more.sql', 'INSERT INTO shops VALUES (2)')
    expect(await look()).toEqual({ applied: shipped, shipped: shipped + 1 })
    expect(await count(postgres, 'shops')).toBe(1)
    await migrate(postgres, { folder })
    rmSync(join(folder, '002-more.sql'))
    await expect(look()).rejects.toThrow(/^EBB_POSTGRES_NEWER: .*002-more.sql/)
  })

  test.each(['003-gap.sql', '001-again.sql', '2-short.sql'])('are refused as %s', async (name) => {
    const postgres = await open()
    write(name, 'SELECT 1')
    const misnumbered = migrate(postgres, { folder })
    await expect(misnumbered).rejects.toThrow(/^EBB_POSTGRES_MIGRATION: .*should be number \d/)
    expect(await isThere(postgres, 'outbox')).toBe(false)
  })
})
