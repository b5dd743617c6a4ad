import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { setMode } from '@ebb/retention/ledger/settings'
import { prepareRetention } from '@ebb/retention/service'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkMigrations, checkWebhook, checkWinbacks, settingsOf } from './records.ts'

const server = await usePostgres()

describe.skipIf(server === undefined)('business records', () => {
  let schema: string
  let records: Postgres
  beforeEach(async () => {
    schema = uniqueName('doctor')
    records = await openPostgres({ url: server!.url, schema, applicationName: 'test' })
  })
  afterEach(async () => {
    await records.query(`DROP SCHEMA "${schema}" CASCADE`)
    await records.close()
  })
  const prepared = () => prepareRetention(records, { currency: 'EUR', now: 0 })
  const migrations = () => checkMigrations(records, 'retention', 'ebb up')

  test('without tables are a warning; those of this version are well', async () => {
    expect(await settingsOf(records)).toBeUndefined()
    expect(await migrations()).toMatchObject({
      status: 'warn',
      found: expect.stringMatching(/^0 of/),
    })
    await prepared()
    expect(await migrations()).toMatchObject({ status: 'ok' })
  })

  test('of a newer version fail, and so do those whose steps were others', async () => {
    await prepared()
    await records.query(`INSERT INTO migrations VALUES (99, '099-later.sql', 'x')`)
    expect(await migrations()).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^EBB_POSTGRES_NEWER: .*099-later/),
      mend: expect.stringContaining('newer version of Ebb'),
    })
    await records.query(`DELETE FROM migrations WHERE version = 99`)
    await records.query(`UPDATE migrations SET digest = 'x' WHERE version = 1`)
    expect(await migrations()).toMatchObject({
      ...{ status: 'fail', found: expect.stringMatching(/^EBB_POSTGRES_MIGRATION/) },
    })
  })

  test('say that win-backs are paused, and what they were', async () => {
    await prepared()
    await setMode(records, 'live')
    expect(checkWinbacks((await settingsOf(records))!)).toMatchObject({
      status: 'ok',
      found: 'live',
    })
    await setMode(records, 'paused')
    expect(checkWinbacks((await settingsOf(records))!)).toEqual({
      ...{ name: 'win-backs', status: 'warn', mend: 'ebb resume winbacks' },
      found: 'paused; they were live',
    })
  })

  test('say whether the webhook is set, and what came of it in the last day', async () => {
    await prepared()
    const webhook = (mode: 'live' | 'shadow', isSet = false) =>
      checkWebhook(records, { mode, isSet })
    expect((await webhook('shadow')).status).toBe('ok')
    expect((await webhook('live')).status).toBe('warn')
    expect((await webhook('live', true)).status).toBe('ok')
    await records.query('ALTER TABLE webhooks DROP CONSTRAINT webhooks_decision_id_fkey')
    const attempt = (id: string, outcome: string, at: number) =>
      records.query('INSERT INTO webhooks VALUES ($1, $2, $3)', [id, at, outcome])
    await attempt('a', 'delivered', Date.now())
    await attempt('b', 'answered 500', Date.now() - 2 * 86_400_000)
    expect(await webhook('live')).toMatchObject({
      ...{ status: 'ok', found: '1 of 1 delivered in the last day' },
    })
    await attempt('c', 'answered 500', Date.now())
    expect(await webhook('live', true)).toMatchObject({
      status: 'warn',
      found: '1 of 2 delivered in the last day; most often: answered 500 (1)',
    })
  })
})
