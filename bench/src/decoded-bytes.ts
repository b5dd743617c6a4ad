import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { unpackFeaturesState } from '@ebb/features/features-state'

/**
 * What states of the feature service take in memory, decoded, in bytes: the heap with all of them in
 * it less the heap without, each behind a garbage collection.
 */
export const decodedBytes = (packed: readonly Uint8Array[]): number => {
  // What decoding as such keeps, it keeps from the first time on.
  packed.forEach(unpackFeaturesState)
  const without = usedHeap()
  const states = packed.map(unpackFeaturesState)
  const bytes = usedHeap() - without
  return states.length === 0 ? 0 : bytes
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const usedHeap = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
