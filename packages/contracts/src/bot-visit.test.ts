import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBotVisit } from './bot-visit.ts'
import { EVENT_NAMES } from './event-name-aliases.ts'

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0'
const GOOGLE = `Mozilla/5.0 ${CHROME} Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`

const views = (userAgent: unknown): boolean => isBotVisit({ name: 'page', context: { userAgent } })

describe('a view of a program', () => {
  test.each([
    GOOGLE,
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36 Chrome-Lighthouse`,
    'Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
    'GPTBot/1.1',
    'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  ])('is known by %j', (agent) => {
    expect(views(agent)).toBe(true)
    expect(isBotVisit({ name: 'Product Viewed', context: { user_agent: agent } })).toBe(true)
  })
})

describe('a view of a person', () => {
  test.each([
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    `Mozilla/5.0 (Linux; Android 13; CUBOT X30) ${CHROME} Mobile Safari/537.36`,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.44',
    'MyShop/3.2.1',
    'okhttp/4.12.0',
    'MyShop/3.2 CFNetwork/1404.0.5 Darwin/22.3.0',
    'Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)',
  ])('is known by %j', (agent) => {
    expect(views(agent)).toBe(false)
  })
})

/** What libraries of back ends say of themselves; the first four are clients that Ebb serves. */
const LIBRARIES = [
  '@segment/analytics-node/2.1.3',
  'rudder-sdk-node/3.0.0',
  'posthog-node/5.1.0',
  'jitsu-js/1.9',
  'analytics-python/2.2.3',
  'axios/1.7.2',
  'python-requests/2.31.0',
  'node',
  'undici',
  'Go-http-client/1.1',
  'GuzzleHttp/7',
  'Apache-HttpClient/4.5.13 (Java/17)',
]

test.each(LIBRARIES)('what a back end sends with %j is of a person, views too', (agent) => {
  for (const { name } of EVENT_NAMES)
    expect(isBotVisit({ name, context: { userAgent: agent } }), name).toBe(false)
})

test('only what says that somebody looked can be of a bot', () => {
  const bots = EVENT_NAMES.map(({ name }) => name).filter((name) =>
    isBotVisit({ name, context: { userAgent: GOOGLE } }),
  )
  expect(bots).toEqual([
    ...['Page Viewed', 'Screen Viewed', 'Products Searched', 'Product List Viewed'],
    'Product Viewed',
  ])
  for (const name of ['identify', 'group', 'alias', 'A name of the shop'])
    expect(isBotVisit({ name, context: { userAgent: GOOGLE } })).toBe(false)
})

test('an answer does not depend on what was asked before, however much that was', () => {
  for (let at = 0; at < 5_000; at += 1) views(`Mozilla/5.0 (Windows NT 10.0) Agent/${at}`)
  expect([views(GOOGLE), views(GOOGLE), views('MyShop/3.2.1')]).toEqual([true, true, false])
})

test('any value stands for an agent, and none throws', () => {
  const agent = fc.oneof(fc.anything(), fc.string({ maxLength: 2_000 }))
  fc.assert(fc.property(agent, (userAgent) => [true, false].includes(views(userAgent))))
  expect(views(`${GOOGLE}${' '.repeat(40_000)}`)).toBe(true)
})
