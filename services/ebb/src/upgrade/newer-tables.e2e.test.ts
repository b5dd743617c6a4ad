import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMBEDDED_PARTITIONS, EVENTS } from '@ebb/contracts/topics'
import { startEmbeddedPostgres } from '@ebb/embedded/embedded-postgres'
import { readSqliteEventLog } from '@ebb/embedded/sqlite-event-log'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startedShop } from '../commands/live-shop.ts'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'

const env = { ...process.env, ...ANY_PORTS }

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-newer-'))
  const ebb = startEbb(['up', '--data', folder], { env })
  await startedShop(ebb)
  await ebb.kill('SIGTERM')
})
afterAll(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

/** What a newer version leaves behind in the tables of a service. */
const applyUnknownStep = async (schema: string): Promise<void> => {
  const { url, stop } = await startEmbeddedPostgres({ folder, durability: 'killed-process' })
  const postgres = await openPostgres({ url, schema, applicationName: 'a newer version' })
  await postgres.query(`INSERT INTO migrations
    SELECT max(version) + 1, '099-of-a-newer-version.sql', 'x' FROM migrations`)
  await postgres.close()
  await stop()
}

const eventsEnds = async (): Promise<number[]> => {
  const log = readSqliteEventLog(join(folder, 'log.db'))
  const ends: number[] = []
  for (let partition = 0; partition < EMBEDDED_PARTITIONS; partition += 1)
    ends.push((await log.read({ topic: EVENTS, partition }, 0, 0)).end)
  log.close()
  return ends
}

describe('tables that a newer version changed', () => {
  // Insights is the last of all services to start.
  test('are refused before any service does something', async () => {
    await applyUnknownStep('insights')
    const before = await eventsEnds()
    const { code, err } = await runEbb(['up', '--data', folder], { env })
    expect(code).toBe(1)
    expect(err).toMatch(/^EBB_POSTGRES_NEWER: .*099-of-a-newer-version\.sql.* restore a backup/m)
    expect(await eventsEnds()).toEqual(before)
  })
})
