/** Coefficients of the Stirling series, B(2k) / (2k (2k − 1)). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156]
/** From here on the seven terms above are exact to double precision. */
const ASYMPTOTIC_FROM = 10
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/** What the Stirling series adds to (z − ½) ln z − z + ½ ln 2π, for z ≥ 10. */
function stirlingTail(z: number): number {
  const inverseSquare = 1 / (z * z)
  let sum = 0
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * inverseSquare + STIRLING[k]!
  return sum / z
}

/**
 * ln Γ(z) for z > 0, to about 1e-14: Stirling's series, after Γ(z) = Γ(z + 1) / z has carried
 * small arguments up to 10 (Abramowitz & Stegun 6.1.15 and 6.1.40).
 */
export function logGamma(z: number): number {
  let shifted = z
  let product = 1
  for (; shifted < ASYMPTOTIC_FROM; shifted++) product *= shifted
  const series = (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI
  return series + stirlingTail(shifted) - Math.log(product)
}

/**
 * ln of the rising factorial, ln Γ(z + n) − ln Γ(z), for z > 0 and n ≥ 0. For a large z the two
 * are subtracted term by term: as a plain difference they would cancel.
 */
export function logRising(z: number, n: number): number {
  if (z < ASYMPTOTIC_FROM) return logGamma(z + n) - logGamma(z)
  const top = z + n
  const powers = (z - 0.5) * Math.log1p(n / z) + n * (Math.log(top) - 1)
  return powers + stirlingTail(top) - stirlingTail(z)
}

/** ln(1 + e^u) for every u, −∞ included, without overflow. */
export function logOnePlusExp(u: number): number {
  return u > 0 ? u + Math.log1p(Math.exp(-u)) : Math.log1p(Math.exp(u))
}
