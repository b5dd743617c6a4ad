import { ALERTS } from '@ebb/contracts/topics'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { createLogger } from '@ebb/runtime/logger'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import { describe, expect, onTestFinished, test } from 'vitest'
import { beginAnew } from './begin-anew.ts'
import { listDecisions } from './reports/decision-list.ts'
import { alertOf, alertRecord, NOON, rigForTest, waitUntil } from './retention-fixture.ts'
import { prepareRetention, start } from './service.ts'

const server = await usePostgres()

const SHOP = { timeZone: 'UTC', currency: 'EUR', host: '127.0.0.1', port: 0 }

describe.skipIf(server === undefined)('retention whose database was lost for good', () => {
  test('halts until it is told to begin anew, and then decides what comes from then on', async () => {
    const { log, ...lost } = await rigForTest(server!.url)
    await lost.alerts(alertOf(), alertOf({ customerId: 'u:bob' }))
    await lost.service.stop()

    const schema = uniqueName('anew')
    const postgres = await openPostgres({ url: server!.url, schema, applicationName: schema })
    onTestFinished(async () => {
      await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
      await postgres.close()
    })
    const halts: Error[] = []
    const ports = {
      ...{ log, postgres, keys: { find: () => undefined }, clock: { now: () => NOON } },
      logger: createLogger({ service: 'retention', level: 'silent' }),
      onHalt: (error: Error) => halts.push(error),
    }
    const halted = await start(ports, SHOP)
    await waitUntil(async () => halts.length > 0)
    await halted.stop()
    expect(halts[0]).toMatchObject({ code: 'EBB_STATE_LOST' })
    expect(halts[0]!.message).toContain('ebb winbacks begin-anew')

    halts.length = 0
    await prepareRetention(postgres, { currency: 'EUR', now: NOON })
    await beginAnew(postgres, log)
    const service = await start(ports, SHOP)
    onTestFinished(service.stop)
    await log.append({ topic: ALERTS, partition: 0 }, [
      alertRecord(alertOf({ customerId: 'u:cora' })),
    ])
    const decisions = async () =>
      (await listDecisions(postgres, { limit: 10 }, NOON)).decisions.map(
        ({ customerId }) => customerId,
      )
    await waitUntil(async () => (await decisions()).length > 0)
    expect(await decisions()).toEqual(['u:cora'])
    expect(halts).toEqual([])
  })

  test('is left alone where it was not lost', async () => {
    const { log, postgres, alerts } = await rigForTest(server!.url)
    await alerts(alertOf())
    const offsets = () =>
      postgres.query('SELECT * FROM topic_offsets ORDER BY consumer_group, partition')
    const before = await offsets()
    await expect(beginAnew(postgres, log)).rejects.toMatchObject({ code: 'EBB_RECORDS_PRESENT' })
    expect(await offsets()).toEqual(before)
  })
})
