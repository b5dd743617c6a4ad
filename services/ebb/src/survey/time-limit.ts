/** How a promise settled; rejected where that takes longer than `ms`. Never rejects itself. */
export const settledWithin = async <T>(
  ms: number,
  asked: Promise<T>,
): Promise<PromiseSettledResult<T>> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Error(`no answer within ${ms / 1_000} s`))
  }, ms)
  const [settled] = await Promise.allSettled([Promise.race([asked, late.promise])])
  clearTimeout(timer)
  return settled
}
