import type { EvidenceItem, HeardView, VisitItem } from '@ebb/contracts/dashboard-api'
import type { EvidenceKind } from '@ebb/customer/evidence-kinds'
import type { Channel, Device } from '@ebb/customer/taste-codes'
import { CodedError } from '@ebb/runtime/coded-error'

/** The part of features' answer that the dashboard shows. Instants in ISO 8601. */
export interface CustomerHeard {
  readonly userId?: string
  readonly consent?: { readonly analytics?: boolean; readonly marketing?: boolean }
  /** The last ten, the latest first. */
  readonly recent: readonly { readonly name: string; readonly occurredAt: string }[]
  /** What went wrong, the latest first. */
  readonly evidence: readonly (Omit<EvidenceItem, 'kind' | 'remedy'> & {
    readonly kind: EvidenceKind
  })[]
  /** The last few, the latest first. */
  readonly visits: readonly (Omit<VisitItem, 'channel' | 'device'> & {
    readonly channel: Channel
    readonly device?: Device
  })[]
  readonly tastes: NonNullable<HeardView['tastes']>
  /** Null where there is no valid order. */
  readonly habits: {
    /** Null before the second order day. */
    readonly meanGapDays: number | null
    readonly hour: number
    readonly weekday: number
  } | null
}

/** Where features answers. */
export interface FeaturesAddress {
  readonly featuresUrl: string
  /** A secret key with the scope `customers:read`. */
  readonly featuresKey: string
}

const PATIENCE_MS = 5_000

/**
 * What features knows of a customer; `undefined` where it never heard of them. Throws
 * `EBB_INSIGHTS_FEATURES_AWAY`.
 */
export const readHeard = async (
  { featuresUrl, featuresKey }: FeaturesAddress,
  customerId: string,
): Promise<CustomerHeard | undefined> => {
  const url = `${featuresUrl}/v1/customers/${encodeURIComponent(customerId)}`
  const headers = { authorization: `Bearer ${featuresKey}` }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const response = await fetch(url, { headers, signal })
    if (response.status === 404) return void (await response.body?.cancel())
    if (!response.ok) throw new Error(`it answers ${response.status}: ${await response.text()}`)
    const heard = (await response.json()) as CustomerHeard
    if (heard.evidence === undefined) throw new Error('it is older than insights: upgrade it too')
    return heard
  } catch (cause) {
    throw featuresAway(cause as Error)
  }
}

/** The fault of a feature service that cannot be asked. */
export const featuresAway = (cause: Error): CodedError => {
  const what = `The feature service cannot be asked: ${cause.message}`
  const fix = 'Check that it runs, and the address and key that insights was given'
  return new CodedError('EBB_INSIGHTS_FEATURES_AWAY', { what, fix }, { cause, status: 503 })
}
