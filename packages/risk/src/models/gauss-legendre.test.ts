import { expect, it } from 'vitest'
import { gaussLegendre } from './gauss-legendre.ts'

const integrate = (n: number, f: (z: number) => number) => {
  const { nodes, weights } = gaussLegendre(n)
  return nodes.reduce((sum, z, i) => sum + weights[i]! * f(z), 0)
}

it('has the nodes and weights of the tables', () => {
  const { nodes, weights } = gaussLegendre(3)
  expect(nodes[0]).toBeCloseTo(-Math.sqrt(0.6), 15)
  expect(nodes[1]).toBeCloseTo(0, 15)
  expect(weights[1]).toBeCloseTo(8 / 9, 15)
  const wide = gaussLegendre(64)
  expect(wide.nodes[63]).toBeCloseTo(0.999305041735772, 14)
  expect(wide.weights[63]).toBeCloseTo(0.00178328072169643, 15)
})

it('is exact for a polynomial of degree 2 n − 1, and not for the next one', () => {
  for (const n of [2, 5, 64]) {
    const even = 2 * n - 2
    expect(integrate(n, (z) => z ** even + z ** (even + 1))).toBeCloseTo(2 / (even + 1), 13)
  }
  expect(Math.abs(integrate(2, (z) => z ** 4) - 2 / 5)).toBeGreaterThan(0.1)
})
