import { CodedError } from '@ebb/runtime/coded-error'

/** The part of features' answer that the dashboard shows. */
export interface CustomerProfile {
  readonly userId?: string
  readonly consent?: { readonly analytics?: boolean; readonly marketing?: boolean }
  /** The last ten, the latest first. */
  readonly recent: readonly { readonly name: string; readonly occurredAt: string }[]
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
export const readProfile = async (
  { featuresUrl, featuresKey }: FeaturesAddress,
  customerId: string,
): Promise<CustomerProfile | undefined> => {
  const url = `${featuresUrl}/v1/customers/${encodeURIComponent(customerId)}`
  const headers = { authorization: `Bearer ${featuresKey}` }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const response = await fetch(url, { headers, signal })
    if (response.status === 404) return void (await response.body?.cancel())
    if (!response.ok) throw new Error(`it answers ${response.status}: ${await response.text()}`)
    return (await response.json()) as CustomerProfile
  } catch (cause) {
    const what = `The feature service cannot be asked: ${(cause as Error).message}`
    const fix = 'Check that it runs, and the address and key that insights was given'
    throw new CodedError('EBB_INSIGHTS_FEATURES_AWAY', { what, fix }, { cause, status: 503 })
  }
}
