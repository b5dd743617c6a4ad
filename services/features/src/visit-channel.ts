import type { Channel } from '@ebb/customer/taste-codes'
import { firstOf, type JsonObject, objectOf, textOf } from './foreign-value.ts'
import { hostOf, siteOf } from './web-host.ts'

/** Whence somebody came, in small letters; empty where it is not said. */
interface Arrival {
  readonly source: string
  readonly medium: string
  readonly campaign: string
}

/** Names of sites, and sites whose name alone would be another's. */
const SEARCH_ENGINES: ReadonlySet<string> = new Set(
  `google bing yahoo duckduckgo baidu sogou haosou yandex ecosia naver daum seznam qwant startpage
  so.com sm.cn brave.com ask.com aol.com`.split(/\s+/),
)
const SOCIAL_NETWORKS: ReadonlySet<string> = new Set(
  `facebook fb instagram ig twitter x.com t.co pinterest pin.it reddit linkedin lnkd.in tiktok douyin
  snapchat threads.net threads.com whatsapp telegram t.me messenger vk.com tumblr quora weibo wechat
  weixin qq.com xiaohongshu`.split(/\s+/),
)

const PAID = /cp|^ppc$|^retargeting$|^paid/
const EMAIL = /^e[-_ ]?mail$/

interface ChannelRule {
  readonly channel: Channel
  readonly source?: ReadonlySet<string> | RegExp
  readonly medium?: RegExp
  readonly campaign?: RegExp
}

/**
 * Google Analytics 4's rules of its default channel group, in its order
 * (https://support.google.com/analytics/answer/9756891): the first whose conditions all hold. Left
 * out are its groups of shopping, video and audio, which are no channels here; webmail goes first,
 * for its hosts are those of search engines. What no rule takes is `other`.
 */
const RULES: readonly ChannelRule[] = [
  { channel: 'email', source: /^(mail|webmail|outlook|gm\.android)\./ },
  { channel: 'direct', source: /^\(?direct\)?$/, medium: /^(|\(none\)|\(not set\))$/ },
  { channel: 'other', campaign: /cross-network/ },
  { channel: 'paid search', source: SEARCH_ENGINES, medium: PAID },
  { channel: 'paid social', source: SOCIAL_NETWORKS, medium: PAID },
  { channel: 'display', medium: /^(display|banner|expandable|interstitial|cpm)$/ },
  { channel: 'other', medium: PAID },
  { channel: 'organic social', source: SOCIAL_NETWORKS },
  { channel: 'organic social', medium: /^(social|social[- ]network|social[- ]media|sm)$/ },
  { channel: 'organic search', source: SEARCH_ENGINES },
  { channel: 'organic search', medium: /^organic$/ },
  { channel: 'email', source: EMAIL },
  { channel: 'email', medium: EMAIL },
  { channel: 'affiliate', medium: /^affiliates?$/ },
  { channel: 'referral', medium: /^(referral|app|link)$/ },
  { channel: 'sms', source: /^sms$/ },
  { channel: 'sms', medium: /^sms$/ },
  { channel: 'push', medium: /push$|mobile|notification/ },
  { channel: 'push', source: /^firebase$/ },
]

/** Parameters that networks add to the address, and what stands for them without utm parameters. */
const CLICK_IDS: readonly (readonly [parameter: string, source: string, medium: string])[] = [
  ['gclid', 'google', 'cpc'],
  ['gbraid', 'google', 'cpc'],
  ['wbraid', 'google', 'cpc'],
  ['msclkid', 'bing', 'cpc'],
  ['ttclid', 'tiktok', 'paid'],
  // Facebook adds it to every link, paid or not.
  ['fbclid', 'facebook', ''],
]

/**
 * How a visitor came, as far as the event says: by a campaign, by the click id of a network, by a
 * foreign referrer. `undefined` where it says nothing, or names the shop's own site. Where the event
 * does not say which site is the shop's, only search engines and social networks are foreign.
 */
export const channelOf = (properties: JsonObject, context: JsonObject): Channel | undefined => {
  const page = objectOf(context['page'])
  const url = firstOf(textOf, page['url'], properties['url'])
  const referrer = firstOf(textOf, page['referrer'], properties['referrer'])
  const arrival =
    taggedArrival(queryOf(url), properties, objectOf(context['campaign'])) ??
    referredArrival(hostOf(referrer), hostOf(url))
  if (arrival === undefined) return undefined
  return RULES.find((rule) => applies(rule, arrival))?.channel ?? 'other'
}

const queryOf = (url: string | undefined): URLSearchParams | undefined => {
  const query = /\?([^#]*)/.exec(url ?? '')?.[1]
  return query === undefined ? undefined : new URLSearchParams(query)
}

const taggedArrival = (
  query: URLSearchParams | undefined,
  properties: JsonObject,
  campaign: JsonObject,
): Arrival | undefined => {
  const said = (parameter: string, value?: unknown): string | undefined =>
    firstOf(textOf, value, query?.get(parameter), properties[parameter])?.toLowerCase()
  const source = said('utm_source', campaign['source'])
  const medium = said('utm_medium', campaign['medium'])
  const name = said('utm_campaign', campaign['name'])
  const click = CLICK_IDS.find(([parameter]) => said(parameter) !== undefined)
  if ((source ?? medium ?? name ?? click) === undefined) return undefined
  const [, network = '', way = ''] = click ?? []
  return { source: source ?? network, medium: medium ?? way, campaign: name ?? '' }
}

const referredArrival = (
  host: string | undefined,
  own: string | undefined,
): Arrival | undefined => {
  if (host === undefined) return undefined
  const isKnown = isOf(SEARCH_ENGINES, host) || isOf(SOCIAL_NETWORKS, host)
  const isForeign = own === undefined ? isKnown : siteOf(host) !== siteOf(own)
  return isForeign ? { source: host, medium: 'referral', campaign: '' } : undefined
}

const applies = ({ source, medium, campaign }: ChannelRule, arrival: Arrival): boolean =>
  (source === undefined || isOf(source, arrival.source)) &&
  (medium?.test(arrival.medium) ?? true) &&
  (campaign?.test(arrival.campaign) ?? true)

const isOf = (sites: ReadonlySet<string> | RegExp, source: string): boolean => {
  if (sites instanceof RegExp) return sites.test(source)
  const site = siteOf(source)
  return sites.has(site) || sites.has(site.split('.', 1)[0]!)
}
