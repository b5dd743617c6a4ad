import { expect, test } from 'vitest'
import { deviceOf } from './visit-device.ts'

const MOZILLA = 'Mozilla/5.0'
const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5'
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0'

test.each([
  [`${MOZILLA} (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, 'desktop'],
  [`${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Safari/605.1.15`, 'desktop'],
  [`${MOZILLA} (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0`, 'desktop'],
  [`${MOZILLA} (X11; CrOS x86_64 14541.0.0) ${CHROME} Safari/537.36`, 'desktop'],
  [`${MOZILLA} (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${SAFARI} Mobile/15E148`, 'mobile'],
  [`${MOZILLA} (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`, 'mobile'],
  [`${MOZILLA} (Linux; Android 10; K) ${CHROME} Safari/537.36`, 'tablet'],
  [`${MOZILLA} (iPad; CPU OS 12_5 like Mac OS X) ${SAFARI} Mobile/15E148`, 'tablet'],
  [`${MOZILLA} (SMART-TV; Linux; Tizen 6.0) ${CHROME} TV Safari/537.36`, 'other'],
  [
    `${MOZILLA} (Linux; Android 6.0.1; Nexus 5X) ${CHROME} Mobile (compatible; Googlebot/2.1)`,
    'other',
  ],
  ['node', undefined],
])('%s is %s', (userAgent, device) => {
  expect(deviceOf('page', { userAgent })).toBe(device)
  expect(deviceOf('track', { user_agent: userAgent })).toBe(device)
})

test.each([
  ['mobile', 'mobile'],
  ['Smartphone', 'mobile'],
  ['tablet', 'tablet'],
  ['PC', 'desktop'],
  ['smarttv', 'other'],
  ['ios', 'app'],
])('the device type %s is %s, whatever the user agent says', (type, device) => {
  const context = { device: { type }, userAgent: `${MOZILLA} (X11; Linux x86_64)` }
  expect(deviceOf('track', context)).toBe(device)
})

test('a browser says by its client hints whether it is mobile', () => {
  const hinted = (hints: object) => deviceOf('page', { userAgentData: hints })
  expect(hinted({ mobile: true, platform: 'Android' })).toBe('mobile')
  expect(hinted({ mobile: false, platform: 'Android' })).toBe('tablet')
  expect(hinted({ mobile: false, platform: 'Windows' })).toBe('desktop')
  expect(hinted({ mobile: 'yes' })).toBeUndefined()
})

test('an app is known by its screens, and by its operating system', () => {
  expect(deviceOf('screen', { device: { type: 'tablet' } })).toBe('app')
  expect(deviceOf('track', { app: { name: 'Shop' }, os: { name: 'iOS' } })).toBe('app')
  const library = { app: { name: 'library for browsers' }, os: { name: '' } }
  expect(deviceOf('track', { ...library, userAgent: 'Mozilla (X11)' })).toBe('desktop')
})

test('of a long user agent the beginning is read', () => {
  const userAgent = `Mozilla (Linux; Android 10) ${'x'.repeat(500)} Mobile`
  expect(deviceOf('page', { userAgent })).toBe('tablet')
})

test('an event that says nothing has no device', () => {
  expect(deviceOf('page', {})).toBeUndefined()
  expect(deviceOf('page', { device: { type: 7 }, userAgent: {}, os: [] })).toBeUndefined()
})
