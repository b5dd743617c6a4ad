import type { Backtest } from '@ebb/risk/grading/backtest'
import type { CutBacktest } from '@ebb/risk/grading/cut-backtest'
import { isoDay } from './backtest-plan.ts'
import type { ShopOrders } from './shop-orders.ts'

const iso = (instant: number): string => new Date(instant).toISOString()

/**
 * All of it for programs: every metric by the name of the rule and by stratum, instants in ISO 8601,
 * money in minor units, null for what has no meaning.
 */
export const backtestView = (shop: ShopOrders, result: Backtest) => {
  const { from, until, horizonDays, lostAfterDays } = result.period
  return {
    ...{ kind: 'backtest', from: iso(from), until: iso(until), horizonDays, lostAfterDays },
    ...factsOf(shop),
    models: result.eras.map(({ at, model, origin, dropoutIdentified, customers }) => ({
      ...{ at: iso(at), origin, dropoutIdentified, customers, ...model },
    })),
    ...{ rules: result.rules, weeks: result.weeks },
    equalVolume: result.equalVolume.map(({ ebb, ...both }) => ({ ...both, ebb: ebb ?? null })),
    scores: result.scores,
  }
}

/** The same of one cut. */
export const cutView = (
  shop: ShopOrders,
  result: CutBacktest,
  { day, horizonDays }: { day: number; horizonDays: number },
) => {
  const { model, logLikelihood, dropoutIdentified } = result.fit
  return {
    ...{ kind: 'cut', cut: isoDay(day), horizonDays },
    ...factsOf(shop),
    ...{ known: result.customers, fitData: result.fitData, isEnough: result.isEnough },
    ...{ model, logLikelihood, dropoutIdentified },
    scores: result.scores,
  }
}

const factsOf = ({ customers, currency, refused }: ShopOrders) => ({
  customers: customers.length,
  orders: customers.reduce((sum, orders) => sum + orders.length, 0),
  ...{ currency, refused },
})
