import type { CustomerState } from '@ebb/customer/customer-state'
import { unpackFeaturesState } from '@ebb/features/features-state'
import type { PartitionStore } from '@ebb/streaming/partition-store'

/** Every key and state of a store, unpacked, in no particular order; each key once. */
export const scannedStates = async <T>(
  store: Pick<PartitionStore, 'scan'>,
  partitions: number,
  unpack: (bytes: Uint8Array) => T,
): Promise<(readonly [string, T])[]> => {
  const all = new Map<string, T>()
  for (let partition = 0; partition < partitions; partition += 1)
    for await (const [key, bytes] of store.scan(partition)) all.set(key, unpack(bytes))
  return [...all]
}

/** Every customer that the feature service knows. */
export const featuresStates = (
  store: Pick<PartitionStore, 'scan'>,
  partitions: number,
): Promise<(readonly [string, CustomerState])[]> =>
  scannedStates(store, partitions, (bytes) => unpackFeaturesState(bytes).customer)
