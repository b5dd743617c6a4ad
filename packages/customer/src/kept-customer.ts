import type { CustomerState } from './customer-state.ts'
import { unpack } from './packing.ts'

/** Name of the feature service's store, in which a customer is behind a byte of its own. */
export const CUSTOMERS_STORE = 'features'

/** The customer in bytes of that store. Throws as `unpack` does. */
export const keptCustomer = (bytes: Uint8Array): CustomerState => unpack(bytes.subarray(1))
