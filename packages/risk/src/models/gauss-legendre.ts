/** Nodes in (−1, 1), ascending, and their weights, whose sum is 2. */
export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/** Newton's method doubles the digits with each step; from its start five give all. */
const MAX_STEPS = 10

/**
 * Gauss–Legendre quadrature: exact for polynomials up to degree 2 n − 1. Nodes are the zeros of
 * the Legendre polynomial, by Newton's method from cos(π (i + ¾) / (n + ½)) (Abramowitz & Stegun
 * 22.16.6, 25.4.29).
 */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let z = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    for (let step = 0; step < MAX_STEPS; step++) {
      const { value, slope } = legendre(n, z)
      z -= value / slope
    }
    const { slope } = legendre(n, z)
    nodes[i] = z
    weights[i] = 2 / ((1 - z * z) * slope * slope)
  }
  return { nodes, weights }
}

/** The polynomial Pₙ and its derivative at |z| < 1, by the three-term recurrence. */
function legendre(n: number, z: number): { value: number; slope: number } {
  let before = 1
  let value = z
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * z * value - (k - 1) * before) / k
    before = value
    value = next
  }
  return { value, slope: (n * (z * value - before)) / (z * z - 1) }
}
