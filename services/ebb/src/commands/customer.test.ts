import { modelSignalRecord } from '@ebb/contracts/model-signal'
import { SOURCE_SIGNAL_KEY, sourceSignalCodec } from '@ebb/contracts/source-signal'
import { EVENTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { featuresDefinition } from '@ebb/features/features-definition'
import { crossings } from '@ebb/risk/silence/tiers'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { customerCommand } from './customer.ts'
import {
  appendEvents,
  day,
  event,
  order,
  runToEnd,
  SHOP,
  type TestShop,
  testShop,
} from './shop-fixture.ts'
import { displayWidth } from './terminal-text.ts'

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const show = async (...args: string[]): Promise<string> => {
  const lines = await shop.run(customerCommand, ...args)
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80)
  return lines.join('\n')
}

const weekly = [0, 7, 14, 21, 28, 35].map((at) => order('anna', day(at)))

test('a visitor who never ordered has windows and events, and is told to have no curve', async () => {
  const customer = { anonymousId: 'visitor' }
  const consent = { marketing: false }
  await shop.live([event('Product Viewed', day(3), { customer, consent })], [day(4)])
  expect(await show('visitor')).toBe(
    [
      'a:visitor, as of 2026-01-05 01:00 Europe/Berlin',
      '',
      'orders    none',
      'consent   analytics not said, marketing no',
      '',
      'No valid order yet: who never ordered cannot stop ordering.',
      '',
      'windows        today  7 days  30 days  90 days  all',
      'orders             0       0        0        0    0',
      'product views      0       1        1        1    1',
      '',
      'last events',
      '  2026-01-04 01:00  Product Viewed',
    ].join('\n'),
  )
})

test('what a customer likes, how often they buy, and what went wrong for them', async () => {
  const from = { customer: { userId: 'anna' }, sourceRank: 1 }
  const seen = event('Product Viewed', day(36), { ...from, properties: { category: 'Shoes' } })
  await shop.live([...weekly, seen, event('Coupon Denied', day(37), from)], [day(40)])
  const text = await show('anna')
  expect(text).toContain('categories Shoes 100 %\nchannels   direct 100 %\nevery      7.0 days')
  expect(text).toContain(
    'what went wrong\n  2026-02-07 01:00  coupon denied (PRICE, weight 0.56)\n' +
      '                    until a later order with a discount, or 2026-07-04\n',
  )
  expect(text).toMatch(/sessions +0 +2 +2 +2 +2/)
  expect(text).toContain('give or take 0.0\nmostly     Thursday, 01:00 to 02:00\n')
  expect(text).toContain('last visits\n  2026-02-07 01:00  direct, 1 event in 0 s\n')
})

test('a healthy customer: when silence would cross which tier', async () => {
  await shop.live(weekly, [day(40)])
  const text = await show('anna')
  expect(text).toContain('u:anna, as of 2026-02-10 01:00 Europe/Berlin')
  expect(text).toContain(
    'tier      healthy\nlifecycle active\nsilence   5.0 days since order anna-',
  )
  expect(text).toContain('orders    6 on 6 days, from 2026-01-01 to 2026-02-05')
  expect(text).toContain('▲ now, day 5')
  expect(text).toMatch(/tier {6}from risk {2}reached {11}days of silence\nlight +0\.\d{3} {2}2026-/)
  expect(text.match(/ in \d+ days/g)).toHaveLength(4)
  expect(text).toContain('revenue, net, EUR     0.00   20.00    80.00   120.00  120.00')
})

test('the crossing dates shown are the instants at which the scorer will fire', async () => {
  await shop.live(weekly, [day(40)])
  const { silence } = JSON.parse(await shop.run(customerCommand, 'anna', '--json').then(String))
  const rhythm = { repeatDays: 5, firstAt: day(0), lastAt: day(35) }
  const { light, moderate, heavy, lost } = crossings(
    rhythm,
    SHIPPED_SCORING.model,
    SHIPPED_SCORING.policy,
  )
  const expected = [light, moderate, heavy, lost].map((at) => new Date(at).toISOString())
  expect(silence.milestones.map(({ at }: { at: string }) => at)).toEqual(expected)
  await shop.live([], [light - 1])
  expect(await show('anna')).toContain('tier      healthy')
  await shop.live([], [light])
  expect(await show('anna')).toContain('tier      light since')
})

test('a customer in an episode: what is passed, what is to come', async () => {
  await shop.live(weekly, [day(65), day(75)])
  const text = await show('anna')
  expect(text).toMatch(/tier {6}moderate since 2026-03-\d\d \d\d:\d\d, at risk since 2026-0/)
  expect(text.match(/passed/g)).toHaveLength(2)
  expect(text.match(/ in \d+ days/g)).toHaveLength(2)
})

test('a customer who came back is recovered, as the dashboard says, until the next silence', async () => {
  await shop.live(weekly, [day(65), day(75)])
  expect(await show('anna')).toContain('lifecycle at risk')
  await shop.live([order('anna', day(76))], [day(77)])
  expect(await show('anna')).toContain('tier      healthy\nlifecycle recovered')
  await shop.live([], [day(130)])
  expect(await show('anna')).toMatch(/lifecycle (cooling|at risk)/)
})

test('a lost customer: everything is passed', async () => {
  await shop.live(weekly, [day(1_000)])
  const text = await show('anna')
  expect(text).toMatch(/tier {6}lost since 2026-\d\d-\d\d \d\d:\d\d, at risk since 2026-0/)
  expect(text).toContain('now, day 965 ▶')
  expect(text.match(/passed/g)).toHaveLength(4)
})

test('a customer who was lost before heavy was reached never entered heavy', async () => {
  // Two years apart: heavy comes later than four horizons, when the customer counts as lost.
  await shop.live([order('rare', day(0)), order('rare', day(700))], [day(701), day(1_500)])
  const text = await show('rare')
  expect(text).toMatch(/heavy +0\.\d{3} {2}– +– {2}not before lost/)
  expect(text).toMatch(/lost +– {2}2028-\d\d-\d\d \d\d:\d\d +360\.0 {2}passed/)
})

test('a key may be given as it is, or bare: then a user comes before an anonymous visitor', async () => {
  const viewed = { customer: { anonymousId: 'sam' } }
  await shop.live([event('Product Viewed', day(1), viewed), order('sam', day(2))], [day(3)])
  expect(await show('sam')).toContain('u:sam,')
  expect(await show('u:sam')).toContain('u:sam,')
  expect(await show('a:sam')).toContain('a:sam,')
})

test('for programs it is one object, with the curve and the instants as dates', async () => {
  await shop.live(weekly, [day(75)])
  const [line, ...rest] = await shop.run(customerCommand, 'anna', '--json')
  expect(rest).toEqual([])
  const { customer, silence } = JSON.parse(line!)
  expect(customer).toMatchObject({ customerId: 'u:anna', rhythm: { orders: 6 } })
  expect(silence).toMatchObject({
    ...{
      tier: 'moderate',
      isLost: false,
      lifecycle: 'at_risk',
      silentSince: '2026-02-05T00:00:00.000Z',
    },
    ...{ silentDays: 40, horizonDays: 90 },
  })
  const risks = silence.curve.map(({ risk }: { risk: number }) => risk)
  expect(risks).toEqual(risks.toSorted((a: number, b: number) => a - b))
  expect(risks).toHaveLength(101)
})

test('a customer without an order has no silence for programs either', async () => {
  await shop.live([event('Product Viewed', day(1), { customer: { userId: 'eve' } })], [day(2)])
  const [line] = await shop.run(customerCommand, 'eve', '--json')
  expect(JSON.parse(line!).silence).toBeNull()
})

test('where the scorer has not read the orders yet, that is said', async () => {
  await shop.owned(async (engines) => {
    await appendEvents(engines, [order('new', day(2))])
    await runToEnd(engines, featuresDefinition(SHOP))
  })
  const text = await show('new')
  expect(text).toContain('orders    1, on 2026-01-03')
  expect(text).toContain('The scorer has not read these orders yet')
})

/** In every partition of events, and handled. */
const signalled = (record: { key: string; value: Uint8Array }) =>
  shop.owned(async ({ log }) => {
    const partitions = await log.partitions(EVENTS)
    for (let partition = 0; partition < partitions; partition += 1)
      await log.append({ topic: EVENTS, partition }, [record])
  })

test('a customer whose source is silent is held, and that is said', async () => {
  await shop.live(weekly, [day(40)])
  const silent = [{ source: 'storefront', since: day(39) }]
  const signal = { source: 'storefront', kind: 'silent' as const, at: day(40), since: day(39) }
  const value = sourceSignalCodec.encode({ ...signal, silent })
  await signalled({ key: SOURCE_SIGNAL_KEY, value })
  await shop.live([], [day(75)])
  const text = await show('anna')
  expect(text).toContain(
    'tier      healthy\nheld      the source of their orders is silent since 2026-',
  )
  const [line] = await shop.run(customerCommand, 'anna', '--json')
  expect(JSON.parse(line!).silence.heldSince).toBe(new Date(day(39)).toISOString())
})

test('after a promotion the tier, the dates and the curve are those of the model in force', async () => {
  await shop.live(weekly, [day(60)])
  const model = { kind: 'mbg-nbd' as const, parameters: { r: 6, alpha: 2, a: 0.9, b: 1.6 } }
  await signalled(modelSignalRecord({ version: 'b', at: day(60), model }))
  await shop.live([], [])
  const [line] = await shop.run(customerCommand, 'anna', '--json')
  const { silence } = JSON.parse(line!)
  const rhythm = { repeatDays: 5, firstAt: day(0), lastAt: day(35) }
  const reached = crossings(rhythm, model, SHIPPED_SCORING.policy)
  expect(silence.milestones.map(({ at }: { at: string }) => at)).toEqual(
    [reached.light, reached.moderate, reached.heavy, reached.lost].map((at) =>
      new Date(at).toISOString(),
    ),
  )
  expect(silence).toMatchObject({ tier: 'heavy', atRiskSince: expect.any(String), heldSince: null })
  expect(silence.curve[0].risk).toBe(silence.riskAtLastOrder)
})

test('a stranger is named, with what to do', async () => {
  await shop.live(weekly, [day(40)])
  const run = shop.run(customerCommand, 'nobody')
  await expect(run).rejects.toMatchObject({ code: 'EBB_CUSTOMER_UNKNOWN', where: 'nobody' })
})
