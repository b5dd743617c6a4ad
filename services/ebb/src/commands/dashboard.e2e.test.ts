import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AlertPage, LiveView } from '@ebb/contracts/dashboard-api'
import type { DecisionPage, WinbackSummary } from '@ebb/contracts/winback-api'
import { checkScreens } from '@ebb/dashboard/e2e/check-screens'
import { useChromium } from '@ebb/testkit/engines'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, startEbb } from '../ebb-process.ts'
import { seen, startedShop } from './live-shop.ts'

const chromium = await useChromium()

let folder: string
let url: string
let token: string

const get = async <T>(path: string): Promise<T> => {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api${path}`, { headers })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** The page is built into its folder, as the launcher does. */
const buildPage = (): void => {
  const vite = join(dirname(fileURLToPath(import.meta.resolve('vite/package.json'))), 'bin/vite.js')
  const cwd = fileURLToPath(new URL('../../../dashboard', import.meta.url))
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd })
}

beforeAll(async () => {
  buildPage()
  folder = mkdtempSync(join(tmpdir(), 'ebb-dashboard-'))
  const demo = startEbb(['demo', '--data', folder], { env: { ...process.env, ...ANY_PORTS } })
  await startedShop(demo)
  const line = await demo.line(/#token=/)
  ;[, url, token] = /(http:\S+)\/#token=(\S+)/.exec(line) as unknown as [string, string, string]
})
afterAll(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

describe('a demonstration', () => {
  test('shows alerts, decisions and coupons, some redeemed by shoppers who return', async () => {
    const live = await seen(async () => {
      const view = await get<LiveView>('/live')
      // Coupons and customers are told by two services: either may be the later one.
      return (view.winbacks?.couponsRedeemed ?? 0) > 0 && view.customers.healthy > 50 && view
    })
    expect(live.winbacks).toMatchObject({ mode: 'live', alertsPaused: false })
    expect((await get<AlertPage>('/alerts?limit=50')).alerts).toHaveLength(50)
    const { decisions } = await get<DecisionPage>('/winbacks/decisions?status=sent&limit=50')
    expect(decisions.some(({ coupon }) => coupon?.status === 'redeemed')).toBe(true)
    const { budgets } = await get<WinbackSummary>('/winbacks/summary')
    expect(budgets.some(({ spentMinor }) => spentMinor > 0)).toBe(true)
  })

  test.skipIf(chromium === undefined)(
    'has screens without a serious finding, in two languages, two widths, light and dark',
    async () => {
      const findings = await checkScreens({
        ...{ url, token, program: chromium! },
        looks: [
          { language: 'en', theme: 'light', width: 1440 },
          { language: 'zh', theme: 'dark', width: 390 },
        ],
      })
      expect(findings).toEqual([])
    },
    300_000,
  )
})
