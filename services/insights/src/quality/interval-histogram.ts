/** Upper ends of the intervals, ms: a second, half a minute, … a month; then all that is taken. */
const BOUNDS_MS = [
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 15, 60].map((minutes) => minutes * 60_000),
  ...[3, 6, 12, 24].map((hours) => hours * 3_600_000),
  ...[3, 7, 30, 732].map((days) => days * 86_400_000),
]

/** Upper end of the interval in which a time (ms) lies; of a negative one the first. */
export const bucketOf = (ms: number): number =>
  BOUNDS_MS.find((bound) => ms <= bound) ?? BOUNDS_MS.at(-1)!

/** How many lie in each interval, by its upper end (ms). */
export type Histogram = ReadonlyMap<number, number>

/** How many there are in all. */
export const sizeOf = (histogram: Histogram): number =>
  [...histogram.values()].reduce((sum, count) => sum + count, 0)

/** How many lie above a bound; exact where that is the end of an interval. */
export const countAbove = (histogram: Histogram, boundMs: number): number =>
  sizeOf(new Map([...histogram].filter(([bound]) => bound > boundMs)))

/** Upper end (ms) of the interval in which the quantile lies (nearest rank); of none there is none. */
export const quantileOf = (histogram: Histogram, share: number): number | undefined => {
  let left = Math.ceil(share * sizeOf(histogram))
  for (const bound of [...histogram.keys()].sort((a, b) => a - b)) {
    left -= histogram.get(bound)!
    if (left <= 0) return bound
  }
  return undefined
}
