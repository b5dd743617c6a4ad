import { isJsonObject, type JsonObject } from './native-event.ts'

/** What a customer allowed, as far as an event says. */
export interface Consent {
  analytics?: boolean
  marketing?: boolean
}

type Purpose = 'analytics' | 'marketing'

/** What the categories of consent managers are called; C0002 and C0004 are OneTrust's. */
const CATEGORIES: readonly (readonly [Purpose, RegExp])[] = [
  ['analytics', /analytic|statistic|performance|measurement|c0002/i],
  ['marketing', /market|advert|target|ad_user_data|ad_personalization|ad_storage|c0004/i],
]

/**
 * Consent from Segment's `context.consent.categoryPreferences`, RudderStack's
 * `context.consentManagement`, and consent mode of GA4 or plain `{ analytics, marketing }` in
 * `context.consent` or the event's own `consent`. Where two disagree the refusal counts, and
 * `Sec-GPC: 1` refuses marketing. `undefined` where nothing is said.
 */
export const consentOf = (
  context: JsonObject,
  ownConsent: unknown,
  globalPrivacyControl = false,
): Consent | undefined => {
  const said: Consent = {}
  const { consent, consentManagement } = context
  for (const given of [consent, ownConsent]) {
    if (!isJsonObject(given)) continue
    hear(said, given)
    if (isJsonObject(given['categoryPreferences'])) hear(said, given['categoryPreferences'])
  }
  if (isJsonObject(consentManagement)) {
    hear(said, listed(consentManagement['allowedConsentIds'], true))
    hear(said, listed(consentManagement['deniedConsentIds'], false))
  }
  if (globalPrivacyControl) said.marketing = false
  return said.analytics === undefined && said.marketing === undefined ? undefined : said
}

const hear = (said: Consent, preferences: JsonObject): void => {
  for (const [category, value] of Object.entries(preferences)) {
    const allowed = allowedBy(value)
    const purpose = CATEGORIES.find(([, pattern]) => pattern.test(category))?.[0]
    if (allowed === undefined || purpose === undefined) continue
    said[purpose] = allowed && said[purpose] !== false
  }
}

const allowedBy = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const word = value.toLowerCase()
  if (word === 'granted') return true
  return word === 'denied' ? false : undefined
}

const listed = (ids: unknown, allowed: boolean): JsonObject =>
  Array.isArray(ids)
    ? Object.fromEntries(ids.filter((id) => typeof id === 'string').map((id) => [id, allowed]))
    : {}
