import { type FeaturesAddress, featuresAway } from '../customers/customer-heard.ts'
import type { HeardCustomer } from './tag-rows.ts'

/** Asked for at once: as many as features answers for. */
export const BATCH = 100

const PATIENCE_MS = 30_000

/** What features knows of up to 100 customers, by key. Throws `EBB_INSIGHTS_FEATURES_AWAY`. */
export const hearCustomers = async (
  { featuresUrl, featuresKey }: FeaturesAddress,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HeardCustomer>> => {
  try {
    const response = await fetch(`${featuresUrl}/v1/customers/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${featuresKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ keys }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    })
    if (!response.ok) throw new Error(`it answers ${response.status}: ${await response.text()}`)
    const { customers } = (await response.json()) as { customers: readonly HeardCustomer[] }
    return new Map(customers.map((customer) => [customer.customerId, customer]))
  } catch (cause) {
    throw featuresAway(cause as Error)
  }
}
