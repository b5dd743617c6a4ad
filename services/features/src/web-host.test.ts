import { expect, test } from 'vitest'
import { hostOf, siteOf } from './web-host.ts'

test.each([
  ['https://Shop.Example:8443/a?b', 'shop.example'],
  ['https://jane:secret@shop.example/', 'shop.example'],
  ['android-app://com.google.android.gm/', 'gm.android.google.com'],
  ['shop.example/a', undefined],
  ['$direct', undefined],
  [undefined, undefined],
])('%s is of the host %s', (url, host) => {
  expect(hostOf(url)).toBe(host)
})

test.each([
  ['www.google.co.uk', 'google.co.uk'],
  ['checkout.shop.example', 'shop.example'],
  ['m.so.com', 'so.com'],
  ['t.co', 't.co'],
  ['google', 'google'],
])('%s belongs to %s', (host, site) => {
  expect(siteOf(host)).toBe(site)
})
