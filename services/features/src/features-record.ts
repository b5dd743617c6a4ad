import type { FeaturesRecord, ToldEvidence } from '@ebb/contracts/features-record'
import type { CustomerState } from '@ebb/customer/customer-state'
import { type StandingEvidence, standingEvidence } from '@ebb/customer/evidence'
import { LEAST_WEIGHT } from '@ebb/customer/evidence-kinds'
import { orderRhythm } from '@ebb/customer/order-rhythm'
import { visitRhythm } from '@ebb/customer/visit-rhythm'
import { windowsWithoutZeros } from '@ebb/customer/windows'

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
  const visits = visitRhythm(customer, timeZone)
  const consent = consentOf(customer)
  const evidence = weightiest(standingEvidence(customer, clock, timeZone))
  return {
    customerId,
    ...(customer.userId !== undefined && { userId: customer.userId }),
    asOf: clock,
    ...(rhythm !== undefined && { rhythm }),
    ...(visits !== undefined && { visits }),
    ...(consent !== undefined && { consent }),
    windows: windowsWithoutZeros(customer, clock, timeZone),
    ...(evidence.length > 0 && { evidence }),
  }
}

/** As many as the state keeps of those that events tell. */
const TOLD_EVIDENCE = 8

/** Weights only fall: what says nothing now is not missed later. */
const weightiest = (standing: readonly StandingEvidence[]): ToldEvidence[] =>
  standing
    .filter(({ weight }) => weight >= LEAST_WEIGHT)
    .sort((a, b) => b.weight - a.weight || (nameOf(a) < nameOf(b) ? -1 : 1))
    .slice(0, TOLD_EVIDENCE)
    .map(({ reason: _, weight: __, fadesAt: ___, ...told }) => told)

const nameOf = ({ kind, eventId = '', orderId = '', occurredAt }: StandingEvidence): string =>
  [kind, eventId, orderId, occurredAt].join()

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
