import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { Policy, Rule, Treatment } from '../policy/policy.ts'
import type { DecisionInput } from './decision-input.ts'

export const DAY_MS = 86_400_000

/** A Sunday, noon in UTC: no quiet hours. */
export const SUNDAY_NOON = Date.UTC(2026, 2, 1, 12)

/** A customer who goes quiet, may be contacted, and brought 100.00. */
export const quietAlert = (changes: Partial<AlertRecord> = {}): AlertRecord => ({
  alertId: 'alert-1',
  episodeId: 'episode-1',
  customerId: 'u:1',
  kind: 'at_risk',
  tier: 'light',
  previousTier: 'healthy',
  risk: 0.8,
  riskAtLastOrder: 0.6,
  horizonDays: 90,
  expectedLoss: null,
  isOutranked: false,
  revenueMinor: 10_000,
  reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
  silentSince: SUNDAY_NOON - 30 * DAY_MS,
  crossedAt: SUNDAY_NOON,
  raisedAt: SUNDAY_NOON,
  causeOrderId: 'order-1',
  consent: { marketing: true },
  model: { kind: 'mbg-nbd', version: 'shipped' },
  ...changes,
})

const treatment = (id: string, more: Partial<Treatment> = {}): Treatment => ({
  id,
  kind: 'survey',
  channels: ['email'],
  messageKey: `message-${id}`,
  ...more,
})

/** A treatment with a coupon of a tenth, 5.00 at most. */
export const COUPON = treatment('coupon', {
  kind: 'coupon',
  coupon: {
    discount: { kind: 'percent', percent: 10, maximumMinor: 500 },
    validDays: 14,
    budget: 'coupons',
  },
})

/** A rule for everybody, but for what is changed. */
export const ruleFor = (changes: Partial<Rule>): Rule => ({
  tiers: ['light', 'moderate', 'heavy'],
  reasons: [
    'PRICE',
    'QUALITY',
    'SERVICE',
    'UX',
    'COMPETITOR',
    'NEED_CHANGE',
    'NATURAL_END',
    'UNKNOWN',
  ],
  segments: ['small', 'top'],
  candidates: [{ treatment: 'survey', weight: 1 }],
  ...changes,
})

/** One rule, a coupon three times as often as a survey; 2 in 30 days, 7 days apart; no hold-out. */
export const openPolicy = (changes: Partial<Policy> = {}): Policy => ({
  name: 'Open',
  experiment: { id: 'one', holdOut: 0, windowDays: 30 },
  consent: { unknown: 'deny' },
  valueFloorMinor: 1_000,
  caps: { count: 2, days: 30 },
  coolDownDays: 7,
  expiresAfterDays: 3,
  segments: [
    { name: 'small', fromMinor: 0 },
    { name: 'top', fromMinor: 50_000 },
  ],
  budgets: { coupons: { limitMinor: 100_000 } },
  treatments: {
    coupon: COUPON,
    survey: treatment('survey'),
    call: treatment('call', { kind: 'service_call', task: 'Call them' }),
    points: treatment('points', { kind: 'points', points: 50 }),
  },
  rules: [
    ruleFor({
      candidates: [
        { treatment: 'coupon', weight: 3 },
        { treatment: 'survey', weight: 1 },
      ],
    }),
  ],
  ...changes,
})

/** Something is done for this one. */
export const openInput = (changes: Partial<DecisionInput> = {}): DecisionInput => ({
  alert: quietAlert(),
  policy: openPolicy(),
  history: [],
  isExcluded: false,
  mode: 'live',
  salt: 'salt',
  timeZone: 'UTC',
  ...changes,
})
