import type { CustomerDetail, Role, TimelineItem } from '@ebb/contracts/dashboard-api'
import type { DecisionView } from '@ebb/contracts/winback-api'
import { lifecycleAt } from '@ebb/customer/lifecycle'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Hold } from '@ebb/risk/silence/holds'
import { CodedError } from '@ebb/runtime/coded-error'
import type { Logger } from '@ebb/runtime/logger'
import { listAlerts } from '../alerts/alert-list.ts'
import type { Alert } from '../alerts/alert-view.ts'
import { attributesFor } from '../profiles/personal-attributes.ts'
import { type Attributes, valuesOf } from '../profiles/profile-fold.ts'
import { readProfiles } from '../profiles/profile-rows.ts'
import { decisionsOf, type RetentionAddress } from '../winbacks/retention.ts'
import type { CustomerFeatures } from './customer-fold.ts'
import { type CustomerHeard, type FeaturesAddress, readHeard } from './customer-heard.ts'
import type { ListSource } from './customer-list.ts'
import { readFeatures } from './customer-rows.ts'
import { heardFor } from './heard-view.ts'
import { heldBy, releasedAt } from './held-customers.ts'
import { holdsNow } from './partition-known.ts'
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

/** Which customer, and who looks at them when. */
export interface DetailWish {
  readonly customerId: string
  readonly role: Role
  /** Process clock, ms. */
  readonly now: number
}

/**
 * One customer, from the read models, features and retention, as a role may see them. Throws `EBB_CUSTOMER_UNKNOWN`, and
 * `EBB_INSIGHTS_FEATURES_AWAY` where nothing is known here and features cannot be asked.
 */
export const customerDetail = async (
  source: DetailSource,
  { customerId, role, now }: DetailWish,
): Promise<CustomerDetail> => {
  const { postgres, features, retention } = source
  const [row, holds, profiles, alerts, answer, decisions] = await Promise.all([
    readRow(postgres, customerId),
    holdsNow(postgres),
    readProfiles(postgres, [customerId]),
    listAlerts(postgres, { customerId, limit: MOST_ALERTS }),
    readHeard(features, customerId).catch((error: Error) => error),
    decisionsOf(retention, customerId),
  ])
  const isKnown = row !== undefined || alerts.length > 0 || profiles.size > 0
  const heard = heardOr(answer, isKnown, source.logger)
  if (!isKnown && heard === undefined) throw unknown()
  return {
    customerId,
    ...identityOf(row, heard),
    tags: row?.tags ?? [],
    ...profileOf(profiles.get(customerId), role),
    ...ordersOf(row, { ...source, holds, now }),
    ...(!(answer instanceof Error) && { heard: heardFor(role, answer) }),
    timeline: timelineOf(heard, alerts, decisions ?? []),
    ...(decisions && { decisions }),
  }
}

interface Row extends CustomerFeatures {
  readonly stage: number
  readonly recoveredAt: number | null
  readonly tags: readonly string[]
}

const readRow = (postgres: Postgres, customerId: string): Promise<Row | undefined> =>
  postgres.transaction(async (tx) => {
    const features = (await readFeatures(tx, [customerId])).get(customerId)
    if (features === undefined) return undefined
    const [others] = await tx.query<Pick<Row, 'stage' | 'recoveredAt' | 'tags'>>(
      'SELECT stage, recovered_at AS "recoveredAt", tags FROM customers WHERE customer_id = $1',
      [customerId],
    )
    return others && { ...features, ...others }
  })

/** Without features the last events are missing, and the rest can be shown. */
const heardOr = (
  answer: CustomerHeard | undefined | Error,
  isKnown: boolean,
  logger: Logger,
): CustomerHeard | undefined => {
  if (!(answer instanceof Error)) return answer
  if (!isKnown) throw answer
  logger.warn({ err: answer }, 'a customer is shown without their last events')
  return undefined
}

const identityOf = (row: Row | undefined, heard: CustomerHeard | undefined) => {
  const userId = heard?.userId ?? row?.userId ?? undefined
  const consent = heard?.consent ?? row?.consent
  return {
    ...(userId !== undefined && { userId }),
    ...(consent !== undefined && Object.keys(consent).length > 0 && { consent }),
  }
}

const profileOf = (
  attributes: Attributes | undefined,
  role: Role,
): Pick<CustomerDetail, 'profile'> =>
  attributes === undefined ? {} : { profile: attributesFor(role, valuesOf(attributes)) }

interface Light extends Pick<ListSource, 'scoring'> {
  readonly holds: readonly Hold[]
  readonly now: number
}

const ordersOf = (row: Row | undefined, { scoring, holds, now }: Light) => {
  const { revenueMinor = 0, rhythm = null, crossings = null } = row ?? {}
  const { stage = 0, recoveredAt = null } = row ?? {}
  if (rhythm === null || crossings === null) return { orders: 0, revenueMinor }
  const held = heldBy(holds, rhythm.source)
  const notBefore = releasedAt(holds, rhythm.source)
  return {
    standing: standingAt(stage),
    ...(held && { held }),
    lifecycle: lifecycleAt({ repeatDays: rhythm.repeatDays, stage, recoveredAt }, now),
    orders: rhythm.orders,
    revenueMinor,
    firstOrderAt: iso(rhythm.firstAt),
    silence: silenceView({ rhythm, crossings, stage, notBefore }, now, scoring),
  }
}

const timelineOf = (
  heard: CustomerHeard | undefined,
  alerts: readonly Alert[],
  decisions: readonly DecisionView[],
): TimelineItem[] =>
  [
    ...(heard?.recent ?? []).map(
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
