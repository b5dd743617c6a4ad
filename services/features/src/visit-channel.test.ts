import { describe, expect, test } from 'vitest'
import { channelOf } from './visit-channel.ts'

const SHOP = 'https://www.shop.example/'
const from = (referrer: string, url = SHOP) => channelOf({}, { page: { url, referrer } })

describe('a campaign', () => {
  test.each([
    ['(direct)', '(none)', 'direct'],
    ['google', 'cpc', 'paid search'],
    ['www.bing.com', 'PPC', 'paid search'],
    ['google', '', 'organic search'],
    ['partner', 'organic', 'organic search'],
    ['Facebook', 'paid_social', 'paid social'],
    ['l.instagram.com', 'cpm', 'paid social'],
    ['fb', '', 'organic social'],
    ['buffer', 'social-media', 'organic social'],
    ['newsletter', 'E-Mail', 'email'],
    ['email', 'weekly', 'email'],
    ['awin', 'affiliate', 'affiliate'],
    ['adnetwork', 'cpm', 'display'],
    ['adnetwork', 'banner', 'display'],
    ['adnetwork', 'cpc', 'other'],
    ['blog', 'referral', 'referral'],
    ['sms', '', 'sms'],
    ['braze', 'sms', 'sms'],
    ['braze', 'web-push', 'push'],
    ['firebase', 'fcm', 'push'],
    ['flyer', 'print', 'other'],
  ])('of source %s and medium %s is %s', (source, medium, channel) => {
    const campaign = { source, medium, name: 'spring' }
    expect(channelOf({}, { campaign })).toBe(channel)
    expect(channelOf({ utm_source: source, utm_medium: medium }, {})).toBe(channel)
    const query = new URLSearchParams({ utm_source: source, utm_medium: medium })
    expect(channelOf({}, { page: { url: `${SHOP}?a=1&${query}#top` } })).toBe(channel)
    expect(channelOf({ url: `/landing?${query}` }, {})).toBe(channel)
  })

  test('over several networks is another, whatever its medium is', () => {
    expect(channelOf({}, { campaign: { name: 'cross-network', medium: 'cpc' } })).toBe('other')
  })

  test('goes before a referrer, and its context before the address', () => {
    const page = { url: `${SHOP}?utm_medium=sms`, referrer: 'https://www.google.com/' }
    expect(channelOf({}, { page })).toBe('sms')
    expect(channelOf({}, { page, campaign: { medium: 'email' } })).toBe('email')
  })
})

test.each([
  ['gclid', 'paid search'],
  ['gbraid', 'paid search'],
  ['wbraid', 'paid search'],
  ['msclkid', 'paid search'],
  ['ttclid', 'paid social'],
  ['fbclid', 'organic social'],
])('the click id %s alone is %s', (parameter, channel) => {
  expect(channelOf({}, { page: { url: `${SHOP}?${parameter}=abc` } })).toBe(channel)
  expect(channelOf({ [parameter]: 'abc' }, {})).toBe(channel)
})

test('a click id says only what the campaign does not', () => {
  const url = `${SHOP}?utm_source=facebook&utm_medium=paid&fbclid=1`
  expect(channelOf({}, { page: { url } })).toBe('paid social')
})

describe('a referrer', () => {
  test.each([
    ['https://www.google.co.uk/', 'organic search'],
    ['https://m.baidu.com/s?word=tea', 'organic search'],
    ['https://m.so.com/', 'organic search'],
    ['android-app://com.google.android.googlequicksearchbox/', 'organic search'],
    ['https://l.facebook.com/', 'organic social'],
    ['https://t.co/abc', 'organic social'],
    ['https://mail.google.com/', 'email'],
    ['https://blog.example.org/tea', 'referral'],
  ])('%s is %s', (referrer, channel) => {
    expect(from(referrer)).toBe(channel)
    expect(channelOf({ url: SHOP, referrer }, {})).toBe(channel)
  })

  test('of the shop’s own site is no channel', () => {
    expect(from('https://www.shop.example/cart')).toBeUndefined()
    expect(from('https://checkout.shop.example/')).toBeUndefined()
    expect(from('https://shop.example/', 'https://shop.example.org/')).toBe('referral')
  })

  test('of a site that may be the shop’s own is no channel', () => {
    expect(channelOf({ referrer: 'https://blog.example.org/' }, {})).toBeUndefined()
    expect(channelOf({ referrer: 'https://www.google.com/' }, {})).toBe('organic search')
  })
})

test('an event that says nothing has no channel', () => {
  expect(channelOf({}, {})).toBeUndefined()
  expect(from('')).toBeUndefined()
  expect(channelOf({ utm_source: ' ', utm_medium: 7 }, { campaign: 'x' })).toBeUndefined()
})
