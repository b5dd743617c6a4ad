import { messageCodec } from '@ebb/contracts/message-codec'
import { type Refused, RejectRecord, rejectRecord } from '@ebb/contracts/reject-record'
import { REJECTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rejectsCommand } from './rejects.ts'
import { day, type TestShop, testShop } from './shop-fixture.ts'

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const { encode, decode } = messageCodec(RejectRecord)

const tooOld: Refused = {
  source: 'storefront',
  code: 'EBB_EVENT_TOO_OLD',
  message: 'The event is older than 24 months. Import it',
  where: 'collector /v1/batch [3]',
  receivedAt: day(0),
  payload: Buffer.from('{"event":"Order Completed"}'),
}
const noJson: Refused = {
  source: 'erp',
  code: 'EBB_BODY_JSON',
  message: 'This is not JSON',
  where: 'collector /v1/events',
  receivedAt: day(1),
  payload: Buffer.from([0xff, 0x00]),
}

const refuse = (...refused: Refused[]): Promise<void> =>
  shop.owned(async ({ log }) => {
    for (const [i, each] of refused.entries()) {
      const record = { key: each.source, value: encode(rejectRecord(each)) }
      await log.append({ topic: REJECTS, partition: i % 2 }, [record])
    }
  })

test('each reject says when, from where, why and what; at the end they are counted', async () => {
  await refuse(noJson, tooOld, { ...tooOld, receivedAt: day(2) })
  expect(await shop.run(rejectsCommand)).toEqual([
    '2026-01-01 01:00:00  EBB_EVENT_TOO_OLD  from storefront',
    '  The event is older than 24 months. Import it',
    '  at collector /v1/batch [3]',
    '  27 bytes  {"event":"Order Completed"}',
    '',
    '2026-01-02 01:00:00  EBB_BODY_JSON  from erp',
    '  This is not JSON',
    '  at collector /v1/events',
    '  2 bytes  hex ff00',
    '',
    '2026-01-03 01:00:00  EBB_EVENT_TOO_OLD  from storefront',
    '  The event is older than 24 months. Import it',
    '  at collector /v1/batch [3]',
    '  27 bytes  {"event":"Order Completed"}',
    '',
    'rejects  code               last',
    '      2  EBB_EVENT_TOO_OLD  2026-01-03 01:00',
    '      1  EBB_BODY_JSON      2026-01-02 01:00',
  ])
})

test('a reject that a crash published twice is counted once', async () => {
  await refuse(noJson, noJson)
  expect((await shop.run(rejectsCommand)).at(-1)).toContain('1  EBB_BODY_JSON')
})

test('a payload is cut to the width of the terminal', async () => {
  await refuse({ ...tooOld, payload: Buffer.from('静'.repeat(500)) })
  const line = (await shop.run(rejectsCommand))[3]
  expect(line).toBe(`  1,500 bytes  ${'静'.repeat(32)}…`)
})

test('rejects can be chosen by source and code', async () => {
  await refuse(tooOld, noJson)
  expect((await shop.run(rejectsCommand, '--source', 'erp')).at(-1)).toContain('EBB_BODY_JSON')
  const old = await shop.run(rejectsCommand, '--code', 'EBB_EVENT_TOO_OLD', '--json')
  expect(old).toHaveLength(1)
  expect(await shop.run(rejectsCommand, '--source', 'nobody')).toEqual([])
  expect(shop.told.at(-1)).toContain('Rejects in all: 2')
})

test('for programs each line is a reject record, with nothing behind them', async () => {
  await refuse(tooOld, noJson)
  const lines = await shop.run(rejectsCommand, '--json')
  expect(lines.map((line) => decode(Buffer.from(line)))).toEqual(
    [tooOld, noJson].map((each) => rejectRecord(each)),
  )
})

test('following shows what is refused later, and counts at Ctrl-C', async () => {
  await refuse()
  const first = shop.prints(/EBB_BODY_JSON/)
  const following = shop.run(rejectsCommand, '--follow')
  await refuse(noJson)
  await first
  shop.interrupt()
  expect((await following).at(-1)).toContain('1  EBB_BODY_JSON')
  expect(shop.exitCodes).toEqual([130])
})

test('where nothing was refused, that is said', async () => {
  await refuse()
  expect(await shop.run(rejectsCommand)).toEqual([])
  expect(shop.told).toEqual(['No rejects: everything that was sent could be used.'])
})
