import { betaGeometricModel } from './beta-geometric.ts'

/**
 * BG/NBD (Fader, Hardie & Lee 2005): a customer may leave after each repeat order, so n = x.
 * Times in weeks.
 *
 * - L = ⟨r⟩ₓ αʳ [B(a, b+x) / B(a, b) (α+T)⁻⁽ʳ⁺ˣ⁾ + [x>0] B(a+1, b+x−1) / B(a, b) (α+t_x)⁻⁽ʳ⁺ˣ⁾]
 * - P(alive) = 1 / (1 + [x>0] · a / (b+x−1) · ((α+T) / (α+t_x))ʳ⁺ˣ)
 * - E(orders in t) = P(alive) · (a+b+x−1) / (a−1) · (1 − ((α+T) / (α+T+t))ʳ⁺ˣ
 *   ₂F₁(r+x, b+x; a+b+x−1; t / (α+T+t))), their (10); for x = T = 0 it is E[X(t)]
 *
 * Guard: a one-time buyer (x = 0) is alive with certainty however long they are silent.
 */
export const bgNbd = betaGeometricModel((frequency) => frequency)
