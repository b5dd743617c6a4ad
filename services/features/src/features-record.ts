import type { FeaturesRecord } from '@ebb/contracts/features-record'
import type { CustomerState } from '@ebb/customer/customer-state'
import { orderRhythm } from '@ebb/customer/order-rhythm'
import { type Windows, windows } from '@ebb/customer/windows'

/** Where and when features are computed. */
export interface FeaturesMoment {
  /** Clock of the partition, ms. */
  readonly clock: number
  /** Decides on which day an event falls. */
  readonly timeZone: string
}

/** The features of one customer as of the partition's clock. */
export const featuresOf = (
  customerId: string,
  customer: CustomerState,
  { clock, timeZone }: FeaturesMoment,
): FeaturesRecord => {
  const rhythm = orderRhythm(customer, timeZone)
  const consent = consentOf(customer)
  return {
    customerId,
    ...(customer.userId !== undefined && { userId: customer.userId }),
    asOf: clock,
    ...(rhythm !== undefined && { rhythm }),
    ...(consent !== undefined && { consent }),
    windows: withoutZeros(windows(customer, clock, timeZone)),
  }
}

/** Most counters of most customers are zero, and a consumer can see that by their absence. */
const withoutZeros = (all: Windows): FeaturesRecord['windows'] => {
  const sparse: FeaturesRecord['windows'] = {}
  for (const [window, totals] of Object.entries(all)) {
    const kept: Record<string, number> = {}
    for (const [name, value] of Object.entries(totals)) if (value !== 0) kept[name] = value
    sparse[window] = kept
  }
  return sparse
}

/** What a customer allowed, `undefined` where nothing was ever said. */
export const consentOf = ({
  analytics,
  marketing,
}: CustomerState): FeaturesRecord['consent'] | undefined => {
  if (analytics === undefined && marketing === undefined) return undefined
  return {
    ...(analytics !== undefined && { analytics: analytics.allowed }),
    ...(marketing !== undefined && { marketing: marketing.allowed }),
  }
}
