/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** What is looked at, and by what. */
export interface ScreenSettings {
  /** Of a running dashboard, without the last `/`. */
  readonly url: string
  /** Of an admin. */
  readonly token: string
  /** The browser's program. */
  readonly program: string
  /** Where pictures go; none are taken without. */
  readonly pictures?: string
  /** Looks that are looked at; all unless given. */
  readonly looks?: readonly Look[]
}

/** One way to look at the page. */
export interface Look {
  readonly language: 'en' | 'zh'
  readonly theme: 'light' | 'dark'
  readonly width: 1440 | 390
}

/** Something that must not be. */
export interface ScreenFinding {
  readonly screen: string
  readonly what: string
}

/** Pictures of long lists end here. */
const TALLEST = 2_000

const HEIGHTS = { 1440: 900, 390: 844 } as const

/** Both languages, light and dark, on a desk and on a phone. */
export const ALL_LOOKS: readonly Look[] = (['en', 'zh'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    ([1440, 390] as const).map((width) => ({ language, theme, width })),
  ),
)

/**
 * Walks through every screen in a real browser, in every look, and tells each finding of axe that is
 * serious or critical, each screen that is wider than its window, and each error of the console.
 */
export const checkScreens = async (settings: ScreenSettings): Promise<ScreenFinding[]> => {
  if (settings.pictures) await mkdir(settings.pictures, { recursive: true })
  const browser = await chromium.launch({
    executablePath: settings.program,
    args: ['--no-sandbox'],
  })
  try {
    const findings: ScreenFinding[] = []
    for (const look of settings.looks ?? ALL_LOOKS) {
      findings.push(...(await checkLook(browser, settings, look)))
    }
    return findings
  } finally {
    await browser.close()
  }
}

/** A screen by its name, and how to get there from the one before. */
interface Screen {
  readonly name: string
  readonly open: (page: Page) => Promise<unknown>
}

const at =
  (hash: string, wanted: string) =>
  async (page: Page): Promise<void> => {
    await page.evaluate((to) => {
      location.hash = to
    }, hash)
    await page.waitForSelector(wanted)
  }

const CARD = 'main .card'

const SCREENS: readonly Screen[] = [
  { name: 'live', open: at('#/live', '.feed-item, .empty') },
  { name: 'live-table', open: (page) => page.click('.standings-card .card-head button') },
  { name: 'customers', open: at('#/customers', '.table, .empty') },
  { name: 'customers-none', open: at('#/customers?search=nobody-is-called-so', '.empty') },
  { name: 'customer', open: (page) => openCustomer(page) },
  {
    name: 'customer-table',
    open: async (page) => {
      const button = page.locator('.silence-card .card-head button')
      if ((await button.count()) > 0) await button.click()
    },
  },
  { name: 'customer-unknown', open: at('#/customers/u%3Anobody-is-called-so', '.notice, .card') },
  { name: 'winbacks', open: at('#/winbacks', CARD) },
  {
    name: 'winbacks-mode',
    open: async (page) => {
      await page.click('.mode-card button[aria-pressed="false"]')
      await page.waitForSelector('dialog[open]')
    },
  },
  { name: 'decisions', open: at('#/winbacks?view=decisions', '.table, .empty') },
  { name: 'exclusions', open: at('#/winbacks?view=exclusions', '.table, .empty') },
  { name: 'policy', open: at('#/winbacks?view=policy', 'pre') },
  { name: 'quality', open: at('#/quality', '.quality-fault, .empty') },
  { name: 'quality-none', open: at('#/quality?to=2001-01-01', '.empty') },
  { name: 'grades', open: at('#/grades', '.grade-month, .empty') },
  { name: 'rejects', open: at('#/rejects', CARD) },
  { name: 'setup', open: at('#/setup', '.debugger') },
]

const openCustomer = async (page: Page): Promise<void> => {
  // Away from the list that was shown before, which would be taken for this one.
  await at('#/live', '.feed-card')(page)
  await at('#/customers?sort=next', '.table a, .empty')(page)
  const first = page.locator('.table a').first()
  if ((await first.count()) === 0) return
  await first.click()
  await page.waitForSelector('.timeline')
}

const checkLook = async (
  browser: Browser,
  settings: ScreenSettings,
  look: Look,
): Promise<ScreenFinding[]> => {
  const context = await browser.newContext({
    viewport: { width: look.width, height: HEIGHTS[look.width] },
    colorScheme: look.theme,
    locale: look.language === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: 'reduce',
  })
  try {
    return await walk(context, settings, look)
  } finally {
    await context.close()
  }
}

const walk = async (
  context: BrowserContext,
  settings: ScreenSettings,
  look: Look,
): Promise<ScreenFinding[]> => {
  const findings: ScreenFinding[] = []
  const page = await context.newPage()
  const lookName = `${look.width}-${look.language}-${look.theme}`
  let screen = 'sign-in'
  const tell = (what: string): void => {
    findings.push({ screen: `${screen} ${lookName}`, what })
  }
  page.on('pageerror', (error) => tell(`error: ${error.message}`))
  page.on('console', (message) => {
    // A refused sign-in and a customer who is not there are answered with 4xx, which is no error.
    const isAnswer = /status of 40[14]/.test(message.text())
    if (message.type() === 'error' && !isAnswer) tell(`console: ${message.text()}`)
  })
  const inspect = async (): Promise<void> => {
    for (const what of await faultsOf(page)) tell(what)
    if (settings.pictures) {
      const path = join(settings.pictures, `${screen}-${lookName}.png`)
      const height = await page.evaluate(() => document.documentElement.scrollHeight)
      // A window as tall as the page, so that what is fixed in it stands where it belongs.
      await page.setViewportSize({ width: look.width, height: Math.min(height, TALLEST) })
      await page.screenshot({ path })
      await page.setViewportSize({ width: look.width, height: HEIGHTS[look.width] })
    }
  }
  await page.goto(settings.url)
  await page.waitForSelector('input[type=password]')
  await inspect()
  await page.goto('about:blank')
  await page.goto(`${settings.url}/#token=${settings.token}`)
  await page.waitForSelector('nav')
  if (page.url().includes(settings.token)) tell('the token is still in the address')
  for (const { name, open } of SCREENS) {
    screen = name
    await open(page)
    await inspect()
  }
  return findings
}

const faultsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return [
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) => `axe ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      ),
    ...(overflow > 0 ? [`${overflow} px wider than the window`] : []),
  ]
}
