import { betaGeometricModel } from './beta-geometric.ts'

/**
 * MBG/NBD (Batislam, Denizel & Filiztekin 2007; Hoppe & Wagner 2007): a customer may leave after
 * any order, the first one included, so n = x + 1. Times in weeks.
 *
 * - L = ⟨r⟩ₓ αʳ [B(a, b+x+1) / B(a, b) (α+T)⁻⁽ʳ⁺ˣ⁾ + B(a+1, b+x) / B(a, b) (α+t_x)⁻⁽ʳ⁺ˣ⁾]
 * - P(alive) = 1 / (1 + a / (b+x) · ((α+T) / (α+t_x))ʳ⁺ˣ)
 * - E(orders in t) = P(alive) · (a+b+x) / (a−1) · (1 − ((α+T) / (α+T+t))ʳ⁺ˣ
 *   ₂F₁(r+x, b+x+1; a+b+x; t / (α+T+t))); for x = T = 0 it is E[X(t)], which counts those who left
 *   after their first order
 *
 * Meaningful for every x ≥ 0. It is the default because one-time buyers can leave too.
 */
export const mbgNbd = betaGeometricModel((frequency) => frequency + 1)
