import { RECOVERED_MS, SILENT_LIFECYCLES } from '@ebb/customer/lifecycle'

/**
 * SQL of a customer's lifecycle, from the columns `stage`, `repeat_days` and `recovered_at`: the same
 * as `lifecycleAt`, for a list that is filtered by it. A test holds the two together.
 *
 * @param now SQL of the instant, in ms.
 */
export const lifecycleInSql = (now: string): string => {
  const silent = SILENT_LIFECYCLES.map(
    (lifecycle, index) => `WHEN ${index + 1} THEN '${lifecycle}'`,
  )
  const isBack = `recovered_at IS NOT NULL AND ${now} < recovered_at + ${RECOVERED_MS}`
  const awake = `CASE WHEN ${isBack} THEN 'recovered' WHEN repeat_days = 0 THEN 'new' ELSE 'active' END`
  return `(CASE stage ${silent.join(' ')} ELSE ${awake} END)`
}
