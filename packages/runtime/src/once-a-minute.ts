const MINUTE_MS = 60_000

/**
 * Tells a fault that lasts when it begins, and then once a minute, whatever its words: work that is
 * tried every second would fill the log with one incident. One that comes back is told again.
 */
export const onceAMinute = (
  tell: (error: Error) => void,
  now: () => number = () => performance.now(),
): ((error: Error) => void) => {
  let toldAt = Number.NEGATIVE_INFINITY
  return (error) => {
    if (now() - toldAt < MINUTE_MS) return
    toldAt = now()
    tell(error)
  }
}
