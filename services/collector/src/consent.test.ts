import assert from 'node:assert/strict'
import { test } from 'vitest'
import { consentOf } from './consent.ts'

test.each([
  [
    "Segment's categories",
    { consent: { categoryPreferences: { Advertising: true, Analytics: false, Functional: true } } },
    { marketing: true, analytics: false },
  ],
  [
    "OneTrust's categories",
    { consent: { categoryPreferences: { C0002: true, C0004: false } } },
    { analytics: true, marketing: false },
  ],
  [
    "RudderStack's lists",
    {
      consentManagement: { allowedConsentIds: ['analytics'], deniedConsentIds: ['Marketing'] },
    },
    { analytics: true, marketing: false },
  ],
  [
    "GA4's consent mode",
    {
      consent: {
        ad_user_data: 'GRANTED',
        ad_personalization: 'DENIED',
        analytics_storage: 'granted',
      },
    },
    { marketing: false, analytics: true },
  ],
  ['the plain form', { consent: { marketing: true } }, { marketing: true }],
])('%s are understood', (_, context, expected) => {
  assert.deepEqual(consentOf(context, undefined), expected)
})

test("the event's own consent is heard too, and a refusal counts", () => {
  const context = { consent: { marketing: true, analytics: true } }
  const own = { ad_user_data: 'DENIED' }
  assert.deepEqual(consentOf(context, own), { marketing: false, analytics: true })
  const refusedFirst = { consent: { categoryPreferences: { Advertising: false, Marketing: true } } }
  assert.deepEqual(consentOf(refusedFirst, undefined), { marketing: false })
})

test('global privacy control refuses marketing whatever else is said', () => {
  assert.deepEqual(consentOf({}, undefined, true), { marketing: false })
  assert.deepEqual(consentOf({ consent: { marketing: true } }, undefined, true), {
    marketing: false,
  })
})

test.each([
  {},
  { consent: 'yes' },
  { consent: { categoryPreferences: ['Advertising'] } },
  { consent: { marketing: 'perhaps', other: true } },
  { consentManagement: { allowedConsentIds: 'all', deniedConsentIds: [1, null] } },
])('%j says nothing', (context) => {
  assert.equal(consentOf(context, undefined), undefined)
})
