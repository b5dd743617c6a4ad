import { couponPolicy, LIGHT_ONLY } from '@ebb/retention/coupon-policy-fixture'

const DAY_MS = 86_400_000

/** Coupons at light silence, nobody held out; held back at night where there is one. */
export const fixturePolicy = (quietHours = ''): string =>
  couponPolicy({ experiment: 'upgrade', quietHours, rules: LIGHT_ONLY })

/** Quiet hours, in UTC, that began an hour ago and last for six more. */
export const quietHoursAround = (now: number): string => {
  const hour = (shifted: number): string =>
    `"${new Date(now + shifted * 3_600_000).toISOString().slice(11, 13)}:00"`
  return `quietHours: { from: ${hour(-1)}, until: ${hour(6)} }`
}

const event = (name: string, who: object, rest: { at: number; [field: string]: unknown }) => {
  const { at, ...properties } = rest
  const timestamp = new Date(at).toISOString()
  return { event: name, ...who, messageId: `${name} ${at}`, timestamp, properties }
}

/** An order of 30.00. */
export const orderOf = (userId: string, at: number) =>
  event('Order Completed', { userId }, { at, order_id: `${userId} ${at}`, total: '30.00' })

/** Silent for 40 days: they get a coupon each. */
export const SILENT = ['issued', 'reserved', 'redeemed', 'returning'] as const
/** Silent as well, but found so in the quiet hours. */
export const WAITING = 'waiting'

/**
 * A shop's past as its storefront would post it: customers who are silent now, one whose silence is
 * still short, a regular one with a refund and a cancelled order, a visitor who never ordered, and
 * one event that is refused.
 */
export const fixtureHistory = (now: number): object[] => {
  const ago = (days: number): number => now - days * DAY_MS
  const regular = { userId: 'regular' }
  const visitor = { anonymousId: 'visitor' }
  const consent = { analytics: true, marketing: false }
  return [
    ...SILENT.map((userId, index) => orderOf(userId, ago(40) + index)),
    orderOf('healthy', ago(10)),
    ...[95, 65, 35, 5].map((days) => orderOf('regular', ago(days))),
    event('Order Refunded', regular, {
      ...{ at: ago(64), order_id: `regular ${ago(65)}`, total: '10.00', refund_id: 'refund' },
    }),
    event('Order Cancelled', regular, { at: ago(34), order_id: `regular ${ago(35)}` }),
    event('Product Viewed', visitor, { at: ago(3), product_id: 'lamp' }),
    {
      ...event('Product Viewed', visitor, { at: ago(2), product_id: 'rug' }),
      context: { consent },
    },
    event('Product Viewed', { userId: 'issued' }, { at: ago(41), product_id: 'lamp' }),
    { userId: 'nameless', messageId: 'nameless' },
  ]
}
