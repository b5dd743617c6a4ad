/** Groups of values, ten at most: each with the greatest value in it, but for the last one. */
export interface Groups {
  /** Rising. A value is in the first group whose edge it does not exceed. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}

const GROUPS = 10

/** Groups of equal size, as far as equal values allow. */
export const equalGroups = (values: readonly number[]): Groups => {
  const sorted = values.toSorted((left, right) => left - right)
  const cuts = Array.from(
    { length: GROUPS - 1 },
    (_, cut) => sorted[Math.ceil(((cut + 1) * sorted.length) / GROUPS) - 1],
  )
  const edges = [...new Set(cuts.filter((edge) => edge !== undefined))]
  return { edges, counts: countsIn({ edges }, values) }
}

/** How many of the values are in each group. */
export const countsIn = ({ edges }: Pick<Groups, 'edges'>, values: readonly number[]): number[] => {
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (const value of values) counts[groupOf(edges, value)]! += 1
  return counts
}

/** The group in which a value is, from 0. */
export const groupOf = (edges: readonly number[], value: number): number => {
  const group = edges.findIndex((edge) => value <= edge)
  return group === -1 ? edges.length : group
}
