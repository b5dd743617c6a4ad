/** How a search begins and ends. */
export interface Search {
  readonly start: readonly number[]
  /** Length of the edges of the first simplex, along each axis. */
  readonly step: number
  /** Ends when the values at the corners differ by less than this, and each coordinate too. */
  readonly tolerance: number
  readonly maxEvaluations: number
}

/** A point and the value there. */
export interface Minimum {
  readonly point: readonly number[]
  readonly value: number
}

/**
 * A local minimum by the simplex method of Nelder & Mead (1965), with their coefficients
 * (reflection 1, expansion 2, contraction and shrinkage ½). Deterministic. Where `objective` is
 * not a number the point counts as worst, so a domain can be fenced off with `Infinity` or NaN.
 */
export function nelderMead(objective: (point: readonly number[]) => number, search: Search) {
  let evaluations = 0
  const at = (point: readonly number[]): Minimum => {
    evaluations += 1
    const value = objective(point)
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value }
  }
  const simplex = firstSimplex(search).map(at)
  for (;;) {
    simplex.sort((left, right) => left.value - right.value)
    if (evaluations >= search.maxEvaluations || hasConverged(simplex, search.tolerance)) {
      return simplex[0]!
    }
    const worst = simplex.at(-1)!
    const moved = moveWorst(simplex, at)
    if (moved.value < worst.value) simplex[simplex.length - 1] = moved
    else shrink(simplex, at)
  }
}

type Evaluate = (point: readonly number[]) => Minimum

function firstSimplex({ start, step }: Search): number[][] {
  const corners = start.map((_, axis) =>
    start.map((value, i) => (i === axis ? value + step : value)),
  )
  return [[...start], ...corners]
}

function hasConverged(simplex: readonly Minimum[], tolerance: number): boolean {
  const best = simplex[0]!
  const near = (corner: Minimum) =>
    corner.value - best.value < tolerance &&
    corner.point.every((value, i) => Math.abs(value - best.point[i]!) < tolerance)
  return simplex.every(near)
}

/** The best of the points on the line from the worst corner through the middle of the others. */
function moveWorst(simplex: readonly Minimum[], at: Evaluate): Minimum {
  const others = simplex.slice(0, -1)
  const worst = simplex.at(-1)!
  const middle = worst.point.map((_, i) => mean(others.map(({ point }) => point[i]!)))
  const beyond = (factor: number) => at(between(middle, worst.point, -factor))
  const reflected = beyond(1)
  if (reflected.value < simplex[0]!.value) {
    const expanded = beyond(2)
    return expanded.value < reflected.value ? expanded : reflected
  }
  if (reflected.value < others.at(-1)!.value) return reflected
  return reflected.value < worst.value ? lower(beyond(0.5), reflected) : beyond(-0.5)
}

function shrink(simplex: Minimum[], at: Evaluate): void {
  const best = simplex[0]!
  for (let i = 1; i < simplex.length; i++) {
    simplex[i] = at(between(best.point, simplex[i]!.point, 0.5))
  }
}

function lower(left: Minimum, right: Minimum): Minimum {
  return left.value <= right.value ? left : right
}

function between(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((value, i) => value + share * (to[i]! - value))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
