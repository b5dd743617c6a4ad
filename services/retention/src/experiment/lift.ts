import type { ArmView, LiftShortage, LiftView } from '@ebb/contracts/winback-api'

type Arm = Pick<ArmView, 'customers' | 'returned'>

/** Customers that each arm needs. */
const FEWEST_CUSTOMERS = 30
/** Customers of either arm who have to have returned, and as many who have to have not. */
const FEWEST_OUTCOMES = 5

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054

/**
 * How much larger the share that returned is among the treated than among those held out, with the
 * 95 % interval of Newcombe (Statistics in Medicine 17, 1998, method 10: a hybrid of two Wilson score
 * intervals). Or what is missing: an arm has less than 30
 * customers, less than 5 of both arms returned, or less than 5 did not. Where it is told, it covers
 * the truth in 93 to 97 % of cases, and in more where returns are rare.
 */
export const liftOf = (
  treated: Arm,
  heldOut: Arm,
): LiftView | { readonly notEnough: LiftShortage } => {
  const notEnough = missingFor(treated, heldOut)
  if (notEnough !== undefined) return { notEnough }
  const a = wilson(treated)
  const b = wilson(heldOut)
  const returned = a.share - b.share
  return {
    returned,
    from: returned - Math.hypot(a.share - a.from, b.until - b.share),
    until: returned + Math.hypot(a.until - a.share, b.share - b.from),
  }
}

const missingFor = (treated: Arm, heldOut: Arm): LiftShortage | undefined => {
  const returned = treated.returned + heldOut.returned
  const gone = treated.customers + heldOut.customers - returned
  const counts = [
    { of: 'hold_out', have: heldOut.customers, need: FEWEST_CUSTOMERS },
    { of: 'treated', have: treated.customers, need: FEWEST_CUSTOMERS },
    { of: 'returned', have: returned, need: FEWEST_OUTCOMES },
    { of: 'not_returned', have: gone, need: FEWEST_OUTCOMES },
  ] as const
  return counts.find(({ have, need }) => have < need)
}

/** Wilson's score interval of a share. */
const wilson = ({ customers, returned }: Arm) => {
  const share = returned / customers
  const square = (Z * Z) / customers
  const centre = share + square / 2
  const half = Z * Math.sqrt((share * (1 - share)) / customers + square / (4 * customers))
  return { share, from: (centre - half) / (1 + square), until: (centre + half) / (1 + square) }
}
