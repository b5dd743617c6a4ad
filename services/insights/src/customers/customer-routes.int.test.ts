import { CUSTOMER_SORTS, type CustomerPage } from '@ebb/contracts/dashboard-api'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { horizonRevenue } from '@ebb/risk/expected-loss'
import { usePostgres } from '@ebb/testkit/engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  NOON,
  type Rig,
  rhythmOf,
  SCORING,
  startRig,
} from '../insights-fixture.ts'

const server = await usePostgres()

const revenue = (netMinor: number) => ({ lifetime: { orders: 2, netMinor } })

const CUSTOMERS = [
  featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(10), windows: revenue(5_000) }),
  featuresRecord('u:bob', '0.1.0', { rhythm: rhythmOf(200), windows: revenue(-550) }),
  featuresRecord('u:cleo', '0.1.0', { rhythm: rhythmOf(60), windows: revenue(5_000) }),
  featuresRecord('=1+1', '0.1.0', { rhythm: rhythmOf(60), windows: revenue(10) }),
  featuresRecord('a:x-7', '0.1.0', { userId: 'Dora', rhythm: rhythmOf(1_000) }),
]

describe.skipIf(server === undefined)('customers', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(server!.url)
    const visitor = JSON.parse(Buffer.from(CUSTOMERS[0]!.value).toString())
    delete visitor.rhythm
    const value = Buffer.from(JSON.stringify({ ...visitor, customerId: 'a:visitor' }))
    const nobody = { ...CUSTOMERS[0]!, key: 'a:visitor', value }
    await append(rig.log, FEATURES, [...CUSTOMERS, nobody])
    await append(rig.log, ALERTS, [
      alertRecord('u:bob', '0.9.0', { tier: 'heavy' }),
      alertRecord('a:x-7', '0.9.0', { kind: 'lost', tier: 'heavy' }),
      alertRecord('u:ghost', '0.9.0'),
      alertRecord('u:cleo', '0.9.0', {
        kind: 'recovered',
        tier: 'healthy',
        raisedAt: NOON - DAY_MS,
      }),
    ])
    await rig.log.settled()
    const cleo = `customer_id = 'u:cleo'`
    await rig.postgres.query(`UPDATE customers SET tags = '{new,vip}' WHERE ${cleo}`)
  })
  afterAll(() => rig.stop())

  const list = async (query: string): Promise<CustomerPage> => {
    const answer = await rig.get(`/api/customers?${query}`)
    expect(answer.status).toBe(200)
    return (await answer.json()) as CustomerPage
  }
  const names = ({ customers }: CustomerPage) => customers.map(({ customerId }) => customerId)

  test.each([
    ['customer', ['=1+1', 'a:x-7', 'u:ann', 'u:bob', 'u:cleo']],
    ['revenue', ['a:x-7', 'u:ann', 'u:cleo', '=1+1', 'u:bob']],
    ['lastOrder', ['u:ann', '=1+1', 'u:cleo', 'u:bob', 'a:x-7']],
    ['risk', ['a:x-7', 'u:bob', '=1+1', 'u:cleo', 'u:ann']],
    // Who brought more, and at equal revenue who has been away for longer.
    ['loss', ['a:x-7', 'u:cleo', 'u:ann', '=1+1', 'u:bob']],
  ])('sorted by %s, those with an order', async (sort, expected) => {
    const page = await list(`sort=${sort}`)
    expect([page.total, names(page), page.next]).toEqual([5, expected, undefined])
  })

  test('sorted by what comes next, the lost ones last', async () => {
    const page = await list('sort=next')
    const instants = page.customers.map(({ nextAt }) => nextAt ?? '9999')
    expect(instants.toSorted()).toEqual(instants)
    expect(page.customers.at(-1)).toMatchObject({ customerId: 'a:x-7', standing: 'lost' })
    expect(page.customers.at(-1)).not.toHaveProperty('next')
  })

  test.each(CUSTOMER_SORTS)('page by page by %s, the same as at once', async (sort) => {
    const found: string[] = []
    for (let after = ''; ; ) {
      const page = await list(`sort=${sort}&limit=2${after}`)
      expect(page.total).toBe(5)
      found.push(...names(page))
      if (page.next === undefined) break
      after = `&after=${page.next}`
    }
    expect(found).toEqual(names(await list(`sort=${sort}`)))
  })

  test('an item says standing, risk and what comes next', async () => {
    const { customers } = await list('search=bob')
    expect(customers).toEqual([
      {
        customerId: 'u:bob',
        standing: 'heavy',
        lifecycle: 'dormant',
        tags: [],
        risk: expect.any(Number),
        expectedLossMinor: 0,
        orders: 2,
        revenueMinor: -550,
        lastOrderAt: new Date(NOON - 200 * DAY_MS).toISOString(),
        reason: 'UNKNOWN',
        next: 'lost',
        nextAt: expect.any(String),
      },
    ])
    const { customers: healthy } = await list('search=ann')
    expect(healthy[0]).toMatchObject({ standing: 'healthy', next: 'light' })
    expect(healthy[0]).not.toHaveProperty('reason')
    const { risk, expectedLossMinor } = healthy[0]!
    const atStake = horizonRevenue(rhythmOf(10), 5_000, SCORING)
    expect(expectedLossMinor).toBe(Math.round(0.3 * risk * atStake))
  })

  test.each([
    ['a part of the key', 'search=CLE', ['u:cleo']],
    ['the user id', 'search=dor', ['a:x-7']],
    ['what means something elsewhere', 'search=%25', []],
    ['a quotation mark', `search=${encodeURIComponent("'")}`, []],
    ['standing', 'standing=heavy', ['u:bob']],
    ['tag', 'tag=vip', ['u:cleo']],
    ['a tag that nobody has', 'tag=vi', []],
    ['lifecycle', 'lifecycle=active&sort=customer', ['=1+1', 'u:ann']],
    ['both', 'standing=healthy&search=u:&sort=customer', ['u:ann', 'u:cleo']],
  ])('are found by %s', async (_what, query, expected) => {
    const page = await list(query)
    expect([names(page), page.total]).toEqual([expected, expected.length])
  })

  test('are counted by lifecycle, whichever of them is asked for', async () => {
    const page = await list('lifecycle=recovered')
    expect([names(page), page.total]).toEqual([['u:cleo'], 1])
    const silent = { cooling: 0, at_risk: 0, dormant: 1, lost: 1 }
    expect(page.lifecycles).toEqual({ new: 0, active: 2, recovered: 1, ...silent })
    expect((await list('lifecycle=lost&standing=heavy')).total).toBe(0)
  })

  test.each(['sort=name', 'limit=0', 'limit=201', 'standing=gone', 'lifecycle=old', 'search=%00'])(
    '%s is no question',
    async (query) => {
      const answer = await rig.get(`/api/customers?${query}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { code: 'EBB_HTTP_BAD_REQUEST' } })
    },
  )

  test('a cursor of nowhere is refused', async () => {
    const answer = await rig.get('/api/customers?after=abc')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'EBB_INSIGHTS_CURSOR' } })
  })

  test('as a file, all of them, and no formula among them', async () => {
    const answer = await rig.get('/api/customers.csv?sort=risk', 'analyst')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=/)
    const text = Buffer.from(await answer.arrayBuffer()).toString('utf8')
    const lines = text.trimEnd().split('\n')
    expect(lines[0]).toBe(
      '\ufeffcustomer,standing,lifecycle,risk,expected loss EUR,orders,revenue EUR,last order,reason,next standing,next standing at,on hold for,on hold since,tags',
    )
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual([
      ...["'=1+1", 'a:x-7', 'u:ann', 'u:bob', 'u:cleo'],
    ])
    expect(lines[5]).toMatch(/^u:cleo,.*,new vip$/)
    expect(lines[4]).toMatch(
      /^u:bob,heavy,dormant,0\.\d+,0,2,-5\.5,2025-11-13T12:00:00\.000Z,UNKNOWN,lost,20/,
    )
  })
})
