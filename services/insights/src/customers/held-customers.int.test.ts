import type { CustomerDetail, CustomerPage } from '@ebb/contracts/dashboard-api'
import {
  SOURCE_SIGNAL_KEY,
  type SourceSignal,
  sourceSignalCodec,
} from '@ebb/contracts/source-signal'
import { FEATURES } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  append,
  DAY_MS,
  featuresRecord,
  NOON,
  PARTITIONS,
  type Rig,
  rhythmOf,
  startRig,
  tick,
} from '../insights-fixture.ts'
import { countHeld } from './held-customers.ts'

const server = await usePostgres()
const SINCE = NOON - 2 * DAY_MS
const iso = (at: number) => new Date(at).toISOString()

const through = (source: string, key: string) =>
  featuresRecord(key, '0.1.0', { rhythm: rhythmOf(37, { source }) })

const signal = (of: Pick<SourceSignal, 'kind' | 'at' | 'silent'>): NewRecord => ({
  key: SOURCE_SIGNAL_KEY,
  value: sourceSignalCodec.encode({ source: 'till', since: SINCE, ...of }),
})

describe.skipIf(server === undefined)('while a source is silent', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(server!.url)
    await append(rig.log, FEATURES, [
      ...['u:ann', 'u:bob'].map((key) => through('till', key)),
      through('web', 'u:cleo'),
    ])
    await toEach(tick(NOON - DAY_MS), signal({ kind: 'silent', at: NOON - DAY_MS, silent: TILL }))
  })
  afterAll(() => rig.stop())

  const TILL = [{ source: 'till', since: SINCE }]
  const HELD = { source: 'till', since: iso(SINCE) }
  const toEach = async (...records: NewRecord[]): Promise<void> => {
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      await rig.log.append({ topic: FEATURES, partition }, records)
    await rig.log.settled()
  }
  const ask = async <T>(path: string): Promise<T> => (await rig.get(path)).json() as Promise<T>

  test('its customers are told as held in list, file, count and their own page', async () => {
    const page = await ask<CustomerPage>('/api/customers?sort=customer')
    expect(page.held).toEqual([{ ...HELD, customers: 2 }])
    expect(page.customers.map(({ held, nextAt }) => [held, nextAt === undefined])).toEqual([
      ...[HELD, HELD].map((held) => [held, true]),
      [undefined, false],
    ])
    expect(await ask<CustomerDetail>('/api/customers/u%3Aann')).toMatchObject({ held: HELD })
    expect(await ask('/api/live')).toMatchObject({ held: [{ ...HELD, customers: 2 }] })
    const file = (await (await rig.get('/api/customers.csv?held=true')).text()).split('\n')
    expect(file).toHaveLength(4)
    expect(file[1]).toContain(`till,${iso(SINCE)}`)
  })

  test.each([
    ['true', 2],
    ['false', 1],
  ])('a list of those with held=%s has them alone', async (held, total) => {
    const page = await ask<CustomerPage>(`/api/customers?held=${held}`)
    expect([page.total, page.customers.length]).toEqual([total, total])
    expect(page.held).toHaveLength(1)
  })

  test('they sort behind all for whom something comes next', async () => {
    const page = await ask<CustomerPage>('/api/customers?sort=next')
    expect(page.customers[0]).toMatchObject({ customerId: 'u:cleo' })
  })

  test('and when it is back nothing comes before their release', async () => {
    await toEach(signal({ kind: 'back', at: NOON, silent: [] }))
    const release = iso(NOON + 2 * DAY_MS)
    const { customers, held } = await ask<CustomerPage>('/api/customers?sort=customer')
    expect(held).toEqual([])
    expect(customers[0]).toMatchObject({ next: 'light' })
    expect(customers[0]!.nextAt! >= release).toBe(true)
    const { silence, ...detail } = await ask<CustomerDetail>('/api/customers/u%3Aann')
    expect(detail).not.toHaveProperty('held')
    expect(silence?.milestones[0]).toMatchObject({ at: customers[0]!.nextAt })
    expect(await countHeld(rig.postgres)).toEqual([])
  })
})
