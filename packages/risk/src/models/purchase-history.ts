/** When a customer has bought, as far as the models are concerned: 0 ≤ `recency`. */
export interface Purchases {
  /** x: repeat purchase days, that is distinct days with an order less one. An integer ≥ 0. */
  readonly frequency: number
  /** t_x: weeks from the first order to the last one; 0 where there is only one. */
  readonly recency: number
}

/** Purchases seen at an age: `recency` ≤ `age`. */
export interface PurchaseHistory extends Purchases {
  /** T: weeks from the first order to the instant of observation. */
  readonly age: number
}
