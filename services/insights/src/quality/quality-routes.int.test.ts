import type { QualityPage } from '@ebb/contracts/dashboard-api'
import { EVENTS, REJECTS, TRAFFIC } from '@ebb/contracts/topics'
import { type TrafficRecord, trafficCodec } from '@ebb/contracts/traffic-record'
import type { NewRecord } from '@ebb/streaming/event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { append, DAY_MS, NOON, type Rig, startRig, tick } from '../insights-fixture.ts'
import { eventRecord, ordered, refusal, viewed } from './quality-fixture.ts'
import { MOST_VIEWS_A_MINUTE } from './visitor-rate.ts'

const server = await usePostgres()
const at = { topic: EVENTS, partition: 0 }

const copies = (over: Partial<TrafficRecord>): NewRecord => ({
  key: 'web',
  value: trafficCodec.encode({
    ...{ source: 'web', collector: 'features/0', minute: NOON, copies: 1 },
    ...over,
  }),
})

describe.skipIf(server === undefined)('the quality of what came', () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await startRig(server!.url)
  })
  afterEach(() => rig.stop())

  const quality = async (query = ''): Promise<QualityPage> => {
    await rig.log.settled()
    return (await (await rig.get(`/api/quality${query}`, 'analyst')).json()) as QualityPage
  }

  test('is told by source and day of the shop, the worst first', async () => {
    await append(
      rig.log,
      EVENTS,
      [
        ...['ann', 'bob', 'eve'].map((userId) => viewed(userId, { customer: { userId } })),
        ordered('o1', { order: { id: 'o1', amountMinor: 1, currency: 'EUR' } }),
        // 22:30 in UTC is the next day in Berlin.
        ordered('o2', { source: 'app', receivedAt: NOON - 13.5 * 3_600_000, occurredAt: 0 }),
      ].map(eventRecord),
    )
    await append(rig.log, REJECTS, Array(6).fill(refusal('web', 'EBB_EVENT_TOO_OLD')))
    const { from, to, days, sources } = await quality()
    expect({ from, to, sources }).toEqual({
      ...{ from: '2026-05-26', to: '2026-06-01', sources: ['app', 'web'] },
    })
    expect(days.map(({ day, source }) => [day, source])).toEqual([
      ['2026-06-01', 'web'],
      ['2026-06-01', 'app'],
    ])
    const [web, app] = days
    expect(web).toMatchObject({
      ...{ accepted: 4, refused: 6, refusedBy: [{ code: 'EBB_EVENT_TOO_OLD', count: 6 }] },
      lateness: { p50Ms: 1_000, p95Ms: 1_000 },
    })
    expect(web!.measures[0]).toEqual({ measure: 'refused', faulty: 6, of: 10, isBad: true })
    expect(web!.measures).toContainEqual({ measure: 'totalOff', faulty: 1, of: 1, isBad: false })
    expect(app!.measures).toContainEqual({ measure: 'late', faulty: 1, of: 1, isBad: false })
  })

  test('is asked for by days and source', async () => {
    const before = viewed('1', { source: 'app', receivedAt: NOON - DAY_MS })
    await append(rig.log, EVENTS, [viewed('2'), before].map(eventRecord))
    const daysOf = async (query: string) =>
      (await quality(query)).days.map(({ day, source }) => `${day} ${source}`)
    expect(await daysOf('?from=2026-06-01&to=2026-06-01')).toEqual(['2026-06-01 web'])
    expect(await daysOf('?source=app')).toEqual(['2026-05-31 app'])
    expect(await daysOf('?to=2026-05-30')).toEqual([])
    for (const wrong of ['from=2026-02-31', 'from=yesterday', 'to=0000-01-03', 'source=%00'])
      expect((await rig.get(`/api/quality?${wrong}`, 'analyst')).status).toBe(400)
  })

  test('counts a rate over batches, and control records not at all', async () => {
    const view = (id: number) => eventRecord(viewed(`view ${id}`))
    for (let id = 0; id <= MOST_VIEWS_A_MINUTE; id += 1) {
      await rig.log.append(at, [view(id), tick(NOON + id * 5_000)])
      await rig.log.settled()
    }
    const [day] = (await quality()).days
    expect(day).toMatchObject({ accepted: 31, refused: 0 })
    expect(day!.measures[0]).toEqual({ measure: 'fast', faulty: 31, of: 31, isBad: true })
  })

  test('counts copies once, though a crash may have them told again', async () => {
    await rig.log.append(
      at,
      Array.from({ length: 9 }, (_, id) => eventRecord(viewed(`${id}`))),
    )
    const traffic = { topic: TRAFFIC, partition: 0 }
    await rig.log.append(traffic, [
      ...[copies({ copies: 3 }), copies({ copies: 3 }), copies({ minute: NOON + 60_000 })],
      ...[copies({ collector: 'features/1' }), copies({ minute: NOON })],
      { key: '~collector', value: Buffer.from('{}') },
      { key: 'web', value: Buffer.from('not JSON') },
    ])
    await rig.log.settled()
    await rig.log.append(traffic, [copies({ copies: 3 })])
    const [day] = (await quality()).days
    expect(day!.measures).toContainEqual({ measure: 'copies', faulty: 5, of: 9, isBad: true })
  })

  test('forgets visitors who have left, and has no more sources than it has room for', async () => {
    const sources = Array.from({ length: 210 }, (_, at) =>
      refusal(`source ${at}`, 'no code of ours'),
    )
    await append(rig.log, REJECTS, sources)
    const earlier = NOON - 2 * 3_600_000
    const view = viewed('1', { receivedAt: earlier, occurredAt: earlier })
    await rig.log.append(at, [eventRecord(view)])
    const { days } = await quality()
    const other = days.find(({ source }) => source === '~other')
    expect(days.length).toBeLessThanOrEqual(202)
    expect(days.reduce((sum, { refused }) => sum + refused, 0)).toBe(210)
    expect(other!.refusedBy).toEqual([{ code: 'OTHER', count: other!.refused }])
    const visitors = () => rig.postgres.query('SELECT customer_id FROM quality_visitors')
    expect(await visitors()).toHaveLength(1)
    await rig.log.append(at, [tick(NOON)])
    await rig.log.settled()
    expect(await visitors()).toEqual([])
  })
})
