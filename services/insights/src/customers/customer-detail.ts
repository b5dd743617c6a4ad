import type { CustomerDetail, TimelineItem } from '@ebb/contracts/dashboard-api'
import type { DecisionView } from '@ebb/contracts/winback-api'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { CodedError } from '@ebb/runtime/coded-error'
import type { Logger } from '@ebb/runtime/logger'
import { listAlerts } from '../alerts/alert-list.ts'
import type { Alert } from '../alerts/alert-view.ts'
import { decisionsOf, type RetentionAddress } from '../winbacks/retention.ts'
import type { CustomerFeatures } from './customer-fold.ts'
import type { ListSource } from './customer-list.ts'
import { type CustomerProfile, type FeaturesAddress, readProfile } from './customer-profile.ts'
import { readFeatures } from './customer-rows.ts'
import { silenceView } from './silence-view.ts'
import { standingAt } from './standing.ts'

/** Where all that is known of a customer comes from. */
export interface DetailSource extends ListSource {
  readonly postgres: Postgres
  readonly features: FeaturesAddress
  readonly retention: RetentionAddress
  readonly logger: Logger
}

const MOST_ALERTS = 100

/**
 * One customer, from the read models, features and retention. Throws `EBB_CUSTOMER_UNKNOWN`, and
 * `EBB_INSIGHTS_FEATURES_AWAY` where nothing is known here and features cannot be asked.
 */
export const customerDetail = async (
  source: DetailSource,
  customerId: string,
  now: number,
): Promise<CustomerDetail> => {
  const { postgres, features, retention } = source
  const [row, alerts, answer, decisions] = await Promise.all([
    readRow(postgres, customerId),
    listAlerts(postgres, { customerId, limit: MOST_ALERTS }),
    readProfile(features, customerId).catch((error: Error) => error),
    decisionsOf(retention, customerId),
  ])
  const profile = profileOr(answer, row !== undefined || alerts.length > 0, source.logger)
  if (row === undefined && alerts.length === 0 && profile === undefined) throw unknown()
  return {
    customerId,
    ...identityOf(row, profile),
    ...ordersOf(row, source, now),
    timeline: timelineOf(profile, alerts, decisions ?? []),
    ...(decisions && { decisions }),
  }
}

interface Row extends CustomerFeatures {
  readonly stage: number
}

const readRow = (postgres: Postgres, customerId: string): Promise<Row | undefined> =>
  postgres.transaction(async (tx) => {
    const features = (await readFeatures(tx, [customerId])).get(customerId)
    if (features === undefined) return undefined
    const [standing] = await tx.query<{ stage: number }>(
      'SELECT stage FROM customers WHERE customer_id = $1',
      [customerId],
    )
    return { ...features, stage: standing?.stage ?? 0 }
  })

/** Without features the last events are missing, and the rest can be shown. */
const profileOr = (
  answer: CustomerProfile | undefined | Error,
  isKnown: boolean,
  logger: Logger,
): CustomerProfile | undefined => {
  if (!(answer instanceof Error)) return answer
  if (!isKnown) throw answer
  logger.warn({ err: answer }, 'a customer is shown without their last events')
  return undefined
}

const identityOf = (row: Row | undefined, profile: CustomerProfile | undefined) => {
  const userId = profile?.userId ?? row?.userId ?? undefined
  const consent = profile?.consent ?? row?.consent
  return {
    ...(userId !== undefined && { userId }),
    ...(consent !== undefined && Object.keys(consent).length > 0 && { consent }),
  }
}

const ordersOf = (row: Row | undefined, { scoring }: ListSource, now: number) => {
  const { revenueMinor = 0, rhythm = null, crossings = null, stage = 0 } = row ?? {}
  if (rhythm === null || crossings === null) return { orders: 0, revenueMinor }
  return {
    standing: standingAt(stage),
    orders: rhythm.orders,
    revenueMinor,
    firstOrderAt: iso(rhythm.firstAt),
    silence: silenceView({ rhythm, crossings, stage }, now, scoring),
  }
}

const timelineOf = (
  profile: CustomerProfile | undefined,
  alerts: readonly Alert[],
  decisions: readonly DecisionView[],
): TimelineItem[] =>
  [
    ...(profile?.recent ?? []).map(
      ({ name, occurredAt: at }): TimelineItem => ({ at, kind: 'event', name }),
    ),
    ...alerts.map(
      ({ kind, tier, raisedAt }): TimelineItem => ({
        ...{ at: iso(raisedAt), kind: 'alert', name: kind, tier },
      }),
    ),
    ...decisions.map(
      ({ status, tier, decidedAt: at }): TimelineItem => ({
        ...{ at, kind: 'decision', name: status, tier },
      }),
    ),
  ].sort((left, right) => Date.parse(right.at) - Date.parse(left.at))

const iso = (instant: number): string => new Date(instant).toISOString()

const unknown = (): CodedError =>
  new CodedError(
    'EBB_CUSTOMER_UNKNOWN',
    {
      what: 'Nothing was heard of this customer',
      where: '/api/customers/:key',
      fix: 'Give the key as u: and the user id, or a: and the anonymous id, URL-encoded',
    },
    { status: 404 },
  )
