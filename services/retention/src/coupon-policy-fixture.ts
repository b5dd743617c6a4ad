/** What a test, a benchmark or a fault run has otherwise. */
interface CouponPolicy {
  /** Id of the experiment. */
  readonly experiment?: string
  /** Of the one budget, in whole units of the currency. */
  readonly limit?: number
  /** Win-backs of one customer. */
  readonly caps?: string
  /** A line of YAML; none unless given. */
  readonly quietHours?: string
  /** Who gets what, as YAML in one line. */
  readonly rules?: string
}

/** Coupons for who is lightly silent, and for nobody else. */
export const LIGHT_ONLY = '[{ tiers: [light], treat: [ten] }]'

/**
 * The policy of tests: an alert of light gets one coupon of 10 % up to 5.00, one of moderate a survey;
 * nobody is held out, and consent is not asked for.
 */
export const couponPolicy = ({
  experiment = 'test',
  limit = 1_000,
  caps = '{ count: 100, days: 90 }',
  quietHours = '',
  rules = '[{ tiers: [light], treat: [ten] }, { tiers: [moderate], treat: [survey] }]',
}: CouponPolicy = {}): string => `
name: Test
experiment: { id: ${experiment}, holdOut: 0, windowDays: 30 }
consent: { unknown: allow }
valueFloor: 0
caps: ${caps}
coolDownDays: 0
${quietHours}
expiresAfterDays: 3
segments: [{ name: all, from: 0 }]
budgets: { main: { limit: ${limit} } }
treatments:
  ten:
    kind: coupon
    discount: { percent: 10, maximum: 5 }
    validDays: 14
    budget: main
    channels: [email]
    messageKey: ten
  survey: { kind: survey, channels: [email], messageKey: survey }
rules: ${rules}
`
