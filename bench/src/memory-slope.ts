/** Memory at an instant. */
export interface MemorySample {
  /** Since the beginning, ms. */
  readonly at: number
  readonly bytes: number
}

const MIB = 1_048_576
const HOUR_MS = 3_600_000
const WINDOW_MS = 60_000

/**
 * Growth in MiB an hour behind the warm-up: the least-squares line through the least sample of each
 * minute, since what lies above it is garbage that was not collected yet. NaN for less than three
 * minutes.
 */
export const memorySlope = (samples: readonly MemorySample[], warmUpMs: number): number => {
  const minutes = Map.groupBy(
    samples.filter(({ at }) => at >= warmUpMs),
    ({ at }) => Math.floor(at / WINDOW_MS),
  )
  const floor = [...minutes.values()].map((each) =>
    each.reduce((least, sample) => (sample.bytes < least.bytes ? sample : least)),
  )
  if (floor.length < 3) return Number.NaN
  const meanAt = mean(floor.map(({ at }) => at))
  const meanBytes = mean(floor.map(({ bytes }) => bytes))
  const covariance = mean(floor.map(({ at, bytes }) => (at - meanAt) * (bytes - meanBytes)))
  const variance = mean(floor.map(({ at }) => (at - meanAt) ** 2))
  return ((covariance / variance) * HOUR_MS) / MIB
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
