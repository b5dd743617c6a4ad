import { fitModel } from '../models/fit-model.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'
import type { RiskModel } from '../models/risk-model.ts'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { type CustomerOrders, historyUntil } from './customer-orders.ts'

/** Less than this is too little to fit four parameters to. */
export const MIN_CUSTOMERS = 200
export const MIN_REPEATERS = 50

/** What there is to fit to. */
export interface FitData {
  readonly customers: number
  /** Of them with orders on two days or more. */
  readonly repeaters: number
  /** From the first order to the cut. */
  readonly days: number
}

/** Whether it is enough: 200 customers, 50 of them repeat buyers, and one horizon of time. */
export const isEnoughToFit = (
  { customers, repeaters, days }: FitData,
  horizonDays: number,
): boolean => customers >= MIN_CUSTOMERS && repeaters >= MIN_REPEATERS && days >= horizonDays

/** The same of customers until the end of a day, their `histories` until then. */
export const fitDataOf = (
  customers: readonly CustomerOrders[],
  histories: readonly PurchaseHistory[],
  day: number,
): FitData => ({
  customers: histories.length,
  repeaters: histories.filter(({ frequency }) => frequency > 0).length,
  days: day - Math.min(...customers.map(([first]) => first!.day)),
})

/** The beginning of a civil day at which a shop looks back. */
export interface Cutoff {
  /** First instant of the day, ms since the epoch. */
  readonly at: number
  /** The day before it, the last that is known; civil days since 1970-01-01. */
  readonly day: number
}

/** A stretch of time in which one model is in force: up to the next one's `at`. */
export interface ModelEra extends Cutoff {
  readonly model: RiskModel
  /** `shipped` while there is too little to fit: see `modelEras`. */
  readonly origin: 'shipped' | 'fitted'
  /** False where the guard has fixed the dropout: see `fitModel`. */
  readonly dropoutIdentified: boolean
  readonly customers: number
}

/**
 * The model in force from each cut-off on, MBG/NBD fitted to what had been ordered before it. The
 * shipped priors where that is less than 200 customers, 50 of them repeat buyers, or less than one
 * horizon of time.
 *
 * @param cutoffs ascending.
 */
export function modelEras(
  customers: readonly CustomerOrders[],
  cutoffs: readonly Cutoff[],
  horizonDays: number,
): ModelEra[] {
  return cutoffs.map((cutoff) => {
    const histories = customers.flatMap((orders) => historyUntil(orders, cutoff.day) ?? [])
    const era = { ...cutoff, customers: histories.length }
    if (!isEnoughToFit(fitDataOf(customers, histories, cutoff.day), horizonDays))
      return { ...era, model: SHIPPED_PRIORS, origin: 'shipped', dropoutIdentified: true }
    const { model, dropoutIdentified } = fitModel('mbg-nbd', histories)
    return { ...era, model, origin: 'fitted', dropoutIdentified }
  })
}
