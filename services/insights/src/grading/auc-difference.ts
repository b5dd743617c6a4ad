import { auc, type Judged } from '@ebb/risk/grading/metrics'

/** One case judged by two: what each says, and whether it came true. */
export interface JudgedTwice {
  readonly first: number
  readonly second: number
  readonly isTrue: boolean
}

/** By how much the AUC of the first is above that of the second. */
export interface AucDifference {
  readonly difference: number
  /** Difference by its standard error; 0 where there is no difference at all. NaN as the AUCs are. */
  readonly z: number
}

/**
 * Compares two rankings of the same cases: z of DeLong, DeLong & Clarke-Pearson (1988), with the
 * midranks of Sun & Xu (2014), so that it takes n log n. Under "both are equally good" z is about
 * standard normal where there are some tens of each kind of cases.
 *
 *     V₁(true i)  = share of false cases below it      V₀(false j) = share of true cases above it
 *     variance    = var(V₁ of first − second) / m  +  var(V₀ of first − second) / n
 */
export const aucDifference = (cases: readonly JudgedTwice[]): AucDifference => {
  const judgedBy = (by: 'first' | 'second'): Judged[] =>
    cases.map((each) => ({ risk: each[by], isTrue: each.isTrue }))
  const [first, second] = [judgedBy('first'), judgedBy('second')]
  const difference = auc(first) - auc(second)
  const [mine, theirs] = [placements(first), placements(second)]
  const varianceOf = (isTrue: boolean): number => {
    const apart = cases.flatMap((each, i) =>
      each.isTrue === isTrue ? [mine[i]! - theirs[i]!] : [],
    )
    return variance(apart) / apart.length
  }
  const error = Math.sqrt(varianceOf(true) + varianceOf(false))
  if (Math.abs(difference) < 1e-12) return { difference, z: 0 }
  return { difference, z: difference / error }
}

/** Of each case the share of the other kind that it is on the right side of, a tie counting half. */
const placements = (judged: readonly Judged[]): number[] => {
  const trueCases = judged.filter(({ isTrue }) => isTrue).length
  const others = { true: judged.length - trueCases, false: trueCases }
  const among = midranks(judged.map(({ risk }) => risk))
  const own = { true: midranksOf(judged, true), false: midranksOf(judged, false) }
  return judged.map(({ isTrue }, i) => {
    const kind = `${isTrue}` as const
    const below = (among[i]! - own[kind].get(i)!) / others[kind]
    return isTrue ? below : 1 - below
  })
}

const midranksOf = (judged: readonly Judged[], kind: boolean): Map<number, number> => {
  const at = judged.flatMap(({ isTrue }, i) => (isTrue === kind ? [i] : []))
  const ranks = midranks(at.map((i) => judged[i]!.risk))
  return new Map(at.map((i, nth) => [i, ranks[nth]!]))
}

/** Ranks from 1; equal values share the middle of theirs. */
const midranks = (values: readonly number[]): number[] => {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Array<number>(values.length)
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1
    for (const i of order.slice(start, end)) ranks[i] = (start + 1 + end) / 2
  }
  return ranks
}

/** Unbiased; 0 of a single value. */
const variance = (values: readonly number[]): number => {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
