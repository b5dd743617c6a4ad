import type { CustomerState } from '@ebb/customer/customer-state'
import { keptCustomer } from '@ebb/customer/kept-customer'
import { pack } from '@ebb/customer/packing'

/** What the feature service keeps of one customer. */
export interface FeaturesState {
  readonly customer: CustomerState
  /** The last change was published at once; otherwise it waits for the next minute. */
  readonly told: boolean
}

/** One byte (0 untold, 1 told), then the packed customer. */
export const packFeaturesState = ({ customer, told }: FeaturesState): Uint8Array =>
  Buffer.concat([Uint8Array.of(told ? 1 : 0), pack(customer)])

/** Throws `EBB_STATE_VERSION` where the customer was packed in a way that is not known here. */
export const unpackFeaturesState = (bytes: Uint8Array): FeaturesState => ({
  customer: keptCustomer(bytes),
  told: bytes[0] === 1,
})
