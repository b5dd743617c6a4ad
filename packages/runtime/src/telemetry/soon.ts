/**
 * What `work` resolves to, or `undefined` where it fails or takes longer than `ms`: who collects
 * metrics is not to wait for an engine that is away.
 */
export const soon = async <T>(work: Promise<T>, ms: number): Promise<T | undefined> => {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  try {
    return await Promise.race([work.catch(() => undefined), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** How long a value for a metric may take, in ms. */
export const SOON_MS = 1_000
