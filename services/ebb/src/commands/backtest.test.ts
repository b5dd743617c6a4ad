import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ordersOfFile } from '../backtest/shop-orders.ts'
import { thresholdTrials } from '../backtest/threshold-trials.ts'
import type { CliContext } from '../cli-context.ts'
import { CDNOW } from '../replay/cdnow-sample.ts'
import { backtestCommand } from './backtest.ts'
import { day, order, type TestShop, testShop } from './shop-fixture.ts'

const DOCS = new URL('../../../../docs/', import.meta.url)
const CDNOW_OPTIONS = ['--format', 'cdnow'] as const

let root: string
let shop: TestShop
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ebb-backtest-'))
  shop = testShop(embeddedEngines)
})
afterAll(() => {
  shop.remove()
  rmSync(root, { recursive: true })
})

const command = (context: CliContext) => backtestCommand(context, { currency: 'EUR' })
const run = (...args: readonly string[]): Promise<string[]> => shop.run(command, ...args)

/** Commands and what they print, as the guide shows them. */
const examplesOf = (guide: string): { args: string[]; shown: string[] }[] =>
  [
    ...guide.matchAll(
      /```console\n\$ ebb backtest examples\/cdnow_sample\.txt (.*)\n([\s\S]*?)```/g,
    ),
  ].map(([, args, shown]) => ({ args: args!.split(' '), shown: shown!.trimEnd().split('\n') }))

describe('ebb backtest of CDNOW', () => {
  test('prints what the guide shows, up to where the guide leaves off', async () => {
    const examples = examplesOf(readFileSync(new URL('backtest.md', DOCS), 'utf8'))
    expect(examples).toHaveLength(2)
    for (const { args, shown } of examples) {
      const printed = await run(CDNOW, ...args)
      const whole = shown.at(-1) === '…' ? shown.slice(0, -1) : shown
      expect(printed.slice(0, whole.length)).toEqual(whole)
      if (whole === shown) expect(printed).toHaveLength(whole.length)
    }
  }, 60_000)

  test('ends with one line of JSON: every metric by the name of the rule and by stratum', async () => {
    const page = join(root, 'page.html')
    const printed = await run(CDNOW, ...CDNOW_OPTIONS, '--json', '--html', page)
    expect(printed).toHaveLength(1)
    const result = JSON.parse(printed[0]!)
    expect(result).toMatchObject({
      ...{ kind: 'backtest', from: '1997-07-01T00:00:00.000Z', until: '1998-07-01T00:00:00.000Z' },
      ...{ customers: 2_357, currency: 'USD', refused: 0, horizonDays: 90, lostAfterDays: 180 },
    })
    const { precision, recall, leadDays, atRiskMinor } = result.rules['ebb-light']['x>=5']
    expect([precision, recall].every((share) => share > 0.4 && share <= 1)).toBe(true)
    expect(leadDays).toBeGreaterThan(60)
    expect(Number.isInteger(atRiskMinor)).toBe(true)
    expect(result.scores['recency'].all.brier).toBeNull()
    expect(result.scores['ebb'].all.calibration).toHaveLength(10)

    const html = readFileSync(page, 'utf8')
    expect(html).toContain('<svg')
    // It opens offline: no script, nothing loaded from anywhere.
    expect(html).not.toMatch(/<script|<link|src=|url\(|https?:/)
    expect(html).not.toContain('NaN')
  }, 60_000)

  test('grades one cut, of which a script finds the same numbers', async () => {
    const printed = await run(CDNOW, ...CDNOW_OPTIONS, '--cut', '1997-09-30', '--json')
    const result = JSON.parse(printed[0]!)
    const enough = { isEnough: true, fitData: { customers: 2_357, repeaters: 946, days: 272 } }
    expect(result).toMatchObject({ kind: 'cut', cut: '1997-09-30', known: 2_357, ...enough })
    expect(result.logLikelihood).toBeCloseTo(-9_582.136, 2)
    expect(result.scores['ebb'].all.auc).toBeGreaterThan(result.scores['recency'].all.auc)
  })

  test('warns of a cut with a handful of customers', async () => {
    const few = join(root, 'few.txt')
    writeFileSync(few, readFileSync(CDNOW, 'utf8').split('\n').slice(0, 40).join('\n'))
    const cut = ['--cut', '1997-09-30']
    const warned = await run(few, ...CDNOW_OPTIONS, ...cut)
    expect(warned.join('\n')).toMatch(
      /^WARNING: too little .*\nThere are 11 customers, 6 with .* in 272 days; it takes 200, 50 and 90\./m,
    )
    const [line] = await run(few, ...CDNOW_OPTIONS, ...cut, '--json')
    expect(JSON.parse(line!).isEnough).toBe(false)
    expect((await run(CDNOW, ...CDNOW_OPTIONS, ...cut)).join('\n')).not.toContain('WARNING')
  })

  test('is what the table of thresholds was made with', async () => {
    const settings = { map: undefined, currency: 'USD', timeZone: 'UTC', now: Date.now() }
    const orders = await ordersOfFile(CDNOW, { format: 'cdnow', ...settings })
    const lines = thresholdTrials(orders, Date.UTC(1997, 9, 1))
    expect(readFileSync(new URL('thresholds.md', DOCS), 'utf8')).toContain(lines.join('\n'))
  }, 60_000)
})

test('knows the orders of a running installation', async () => {
  const times = [0, 10, 20, 31, 45, 60, 75, 90, 110, 130]
  const loyal = times.map((at) => order('loyal', day(at)))
  const gone = times.slice(0, 4).map((at) => order('gone', day(at) + 1))
  await shop.live([...loyal, ...gone], [day(200)])
  const [line] = await run('--log', '--data', shop.folder, '--json', '--horizon', '30')
  const result = JSON.parse(line!)
  expect(result).toMatchObject({ customers: 2, orders: 14, currency: 'EUR' })
  // Midnight in Berlin, a month of orders behind the first one.
  expect(result.from).toBe('2026-01-31T23:00:00.000Z')
  expect(result.until).toBe(new Date(day(200)).toISOString())
  // Both fell silent for good: on day 31, and on day 130.
  expect(result.rules['no-order-30-days'].all).toMatchObject({ lost: 2, caught: 2, right: 2 })
})

/** What is wrong, its arguments, the fault's code, and what it says. */
type Refused = readonly [string, () => readonly string[], string, RegExp]

describe('what cannot be done is said', () => {
  const orders = (...days: readonly string[]): string => {
    const file = join(root, 'orders.csv')
    const rows = days.map((each, i) => `c,${i},${each},10`)
    writeFileSync(file, ['Customer,Order,Date,Amount', ...rows].join('\n'))
    return file
  }
  const CSV = ['--format', 'csv', '--map', 'customer=Customer,order=Order,time=Date,amount=Amount']

  const REFUSED: readonly Refused[] = [
    ['no source', () => [], 'EBB_REPLAY_OPTION', /Name a file, or add --log/],
    ['two sources', () => [CDNOW, '--log', ...CDNOW_OPTIONS], 'EBB_REPLAY_OPTION', /only one/],
    ['no format', () => [CDNOW], 'EBB_REPLAY_OPTION', /Add --format cdnow or/],
    [
      'a currency',
      () => [CDNOW, '--format', 'csv', '--currency', 'eur'],
      'EBB_REPLAY_OPTION',
      /ISO 4217/,
    ],
    [
      'no file',
      () => [join(root, 'none'), ...CDNOW_OPTIONS],
      'EBB_FILE_UNREADABLE',
      /no such file/,
    ],
    [
      'no zone',
      () => [CDNOW, ...CDNOW_OPTIONS, '--time-zone', 'Berlin'],
      'EBB_CONFIG_TIME_ZONE',
      /IANA/,
    ],
    ['no shop', () => ['--log', '--data', join(root, 'empty')], 'EBB_DATA_EMPTY', /--data/],
    [
      'too little',
      () => [orders('2026-01-01', '2026-02-01'), ...CSV],
      'EBB_BACKTEST_SHORT',
      /2026-01-01 to 2026-02-01/,
    ],
    [
      'an early cut',
      () => [CDNOW, ...CDNOW_OPTIONS, '--cut', '1996-01-01'],
      'EBB_BACKTEST_SHORT',
      /orders before it.*Cut from 1997-01-02/,
    ],
    [
      'a late cut',
      () => [CDNOW, ...CDNOW_OPTIONS, '--cut', '1998-04-02'],
      'EBB_BACKTEST_SHORT',
      /from 1997-01-02 to 1998-04-01/,
    ],
    [
      'a page of a cut',
      () => [CDNOW, ...CDNOW_OPTIONS, '--cut', '1997-09-30', '--html', 'x'],
      'EBB_REPLAY_OPTION',
      /Leave one/,
    ],
  ]
  const cases = REFUSED.map(([what, args, code, text]) => ({ what, args, code, text }))

  test.each(cases)('$what', async ({ args, code, text }) => {
    const fault = await run(...args()).then(
      () => undefined,
      (error: Error & { code?: string }) => error,
    )
    expect(fault?.code).toBe(code)
    expect(fault?.message).toMatch(text)
  })

  test('a page that cannot be written, and a horizon that is none', async () => {
    const path = join(root, 'no such folder', 'page.html')
    await expect(run(CDNOW, ...CDNOW_OPTIONS, '--html', path)).rejects.toMatchObject({
      code: 'EBB_REPLAY_OPTION',
      message: expect.stringContaining('ENOENT'),
    })
    await expect(run(CDNOW, ...CDNOW_OPTIONS, '--horizon', '1')).rejects.toThrow(/from 7 to 365/)
  }, 60_000)
})
