/** Resolves to what `running` does, or to `undefined` when it has not after `ms`. Rejects as it does. */
export const within = async <T>(ms: number, running: Promise<T>): Promise<T | undefined> => {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([running, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
