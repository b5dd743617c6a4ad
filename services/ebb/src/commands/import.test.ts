import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS } from '@ebb/contracts/topics'
import { statesDigest } from '@ebb/customer/normalise'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { featuresStates } from '../scanned-states.ts'
import { alertsCommand } from './alerts.ts'
import { importCommand } from './import.ts'
import { day, live, order, runToEnd, SHOP, type TestShop, testShop } from './shop-fixture.ts'

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const fileWith = (rows: number): string => {
  const path = join(shop.folder, 'crm.csv')
  const lines = Array.from({ length: rows }, (_, i) => `c${i},gold,${i}`)
  writeFileSync(path, ['user,plan,points', ...lines].join('\n'))
  return path
}

const run = (...args: string[]): Promise<string[]> => shop.run(importCommand, 'profiles', ...args)

const PARTITIONS = [0, 1]
const eventsIn = () =>
  shop.owned(async ({ log }) => {
    const reads = PARTITIONS.map((partition) => log.read({ topic: EVENTS, partition }, 0, 100_000))
    return (await Promise.all(reads)).map(({ records }) => records)
  })
const imported = async (): Promise<string[]> =>
  (await eventsIn())
    .flat()
    .filter(({ headers }) => headers['ce_source'] === 'import')
    .map(({ key }) => key)

const digest = () =>
  shop.owned(async ({ store }) =>
    statesDigest(
      await featuresStates(store(FEATURES_PROCESSOR), PARTITIONS.length),
      day(99),
      SHOP.timeZone,
    ),
  )

describe('an import of profiles', () => {
  test('makes no activity and moves no silence: states and alerts are what they were', async () => {
    const history = [0, 7, 14, 21].map((at) => order('c1', day(at)))
    const ticks = [day(30), day(60)]
    await shop.live(history, ticks)
    const before = [await digest(), await shop.run(alertsCommand, '--json')]
    await run(fileWith(20))
    expect(await imported()).toHaveLength(20)
    await shop.owned((engines) => live(engines, [], [day(60) + 1]))
    expect([await digest(), await shop.run(alertsCommand, '--json')]).toEqual(before)
    expect(before[1]).not.toEqual([])
  })

  test('of the same file sends nothing again, whether features has read it or not', async () => {
    await shop.live([], [day(1)])
    const path = fileWith(2_500)
    expect((await run(path)).at(-1)).toMatch(/^2,500 profiles were sent\. /)
    expect((await run(path)).at(-1)).toMatch(/nothing was sent/)
    await shop.owned((engines) => runToEnd(engines, featuresDefinition(SHOP)))
    await shop.live([order('c1', day(2))], [])
    expect((await run(path, '--json')).at(-1)).toContain('"sent":0')
    expect(await imported()).toHaveLength(2_500)
  })

  test('that was cut off is continued, and each row is sent once', async () => {
    await shop.live([], [day(1)])
    const whole = await recordsOf(fileWith(1_500))
    shop.remove()
    shop = testShop(embeddedEngines)
    // What a kill leaves: of each partition the tick and the first records.
    await shop.owned(async ({ log }) => {
      for (const [partition, records] of whole.entries())
        await log.append({ topic: EVENTS, partition }, records.slice(0, 501))
    })
    await shop.live([order('c1', day(2))], [day(3)])
    expect((await run(fileWith(1_500))).at(-1)).toMatch(
      /^500 profiles were sent; an earlier run had sent 1,000\./,
    )
    expect(new Set(await imported()).size).toBe(1_500)
    expect(await imported()).toHaveLength(1_500)
  })

  test('as a dry run tells how the file is read, and writes nothing', async () => {
    await shop.live([], [day(1)])
    const path = join(shop.folder, 'crm.csv')
    writeFileSync(path, 'user,plan\n1,gold\n,free\n')
    expect(await run(path, '--dry-run')).toEqual([
      'user  from user',
      'plan  text from plan',
      '',
      '1 rows can be used, 1 cannot.',
      '  row 2  EBB_ROW_NO_CUSTOMER: user is empty; fill it in',
      'Nothing was sent.',
    ])
    expect(shop.exitCodes).toEqual([1])
    expect(await imported()).toEqual([])
  })

  test('as of a time to come is refused', async () => {
    await expect(run(fileWith(1), '--as-of', '2999-01-01')).rejects.toMatchObject({
      code: 'EBB_IMPORT_OPTION',
    })
  })

  test('into nothing is refused, and begins nothing', async () => {
    const none = join(shop.folder, 'none')
    await expect(run(fileWith(1), '--data', none)).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY' })
    await expect(run(fileWith(1), '--data', none)).rejects.toMatchObject({ code: 'EBB_DATA_EMPTY' })
  })
})

/** What an import of a file appends to each partition. */
const recordsOf = async (path: string) => {
  await run(path)
  return eventsIn()
}
