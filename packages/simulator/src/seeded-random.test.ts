import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  beta,
  chance,
  exponential,
  gamma,
  integerBetween,
  normal,
  pick,
  type SeededRandom,
  seededRandom,
  weightedIndex,
} from './seeded-random.ts'

const DRAWS = 40_000

const moments = (draw: (random: SeededRandom) => number) => {
  const random = seededRandom('moments')
  const values = Array.from({ length: DRAWS }, () => draw(random))
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS
  return { mean, variance }
}

const take = (random: SeededRandom, count: number) =>
  Array.from({ length: count }, () => random.uniform())

describe('the stream', () => {
  test('is sfc32 as computed independently, three words of 32 bits', () => {
    expect(take(seededRandom('7'), 3).map((value) => value * 2 ** 32 - 0.5)).toEqual([
      1416433985, 506469204, 2859561862,
    ])
  })

  test('is equal for equal names and differs for others', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(take(seededRandom(one), 4)).toEqual(take(seededRandom(one), 4))
        fc.pre(one !== other)
        expect(take(seededRandom(one), 4)).not.toEqual(take(seededRandom(other), 4))
      }),
    )
  })

  test('forks into streams that do not depend on what was drawn before', () => {
    const fresh = seededRandom('shop')
    const used = seededRandom('shop')
    take(used, 100)
    expect(take(used.fork('a'), 4)).toEqual(take(fresh.fork('a'), 4))
    expect(take(fresh.fork('b'), 4)).not.toEqual(take(fresh.fork('a'), 4))
  })

  test('fills 64 bins evenly, and successive numbers are not correlated', () => {
    const values = take(seededRandom('bins'), DRAWS)
    const bins = new Array<number>(64).fill(0)
    for (const value of values) bins[Math.floor(value * 64)]! += 1
    const expected = DRAWS / 64
    const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chiSquare).toBeLessThan(103.4) // 99.9 % point with 63 degrees of freedom
    const products = values.slice(1).map((value, at) => (value - 0.5) * (values[at]! - 0.5))
    const correlation = (12 * products.reduce((sum, product) => sum + product, 0)) / DRAWS
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(DRAWS))
  })
})

describe('the distributions have the mean and variance of the textbook', () => {
  test.each([
    ['uniform', (random: SeededRandom) => random.uniform(), { mean: 1 / 2, variance: 1 / 12 }],
    ['exponential', (random: SeededRandom) => exponential(random, 3), { mean: 3, variance: 9 }],
    ['normal', normal, { mean: 0, variance: 1 }],
    [
      'gamma of shape 0.5',
      (random: SeededRandom) => gamma(random, 0.5),
      { mean: 0.5, variance: 0.5 },
    ],
    ['gamma of shape 4', (random: SeededRandom) => gamma(random, 4), { mean: 4, variance: 4 }],
    ['beta (1, 4)', (random: SeededRandom) => beta(random, 1, 4), { mean: 0.2, variance: 4 / 150 }],
    [
      'chance',
      (random: SeededRandom) => Number(chance(random, 0.3)),
      { mean: 0.3, variance: 0.21 },
    ],
    [
      'integers 2 to 5',
      (random: SeededRandom) => integerBetween(random, 2, 5),
      { mean: 3.5, variance: 1.25 },
    ],
    ['pick', (random: SeededRandom) => pick(random, [0, 4]), { mean: 2, variance: 4 }],
    [
      'weights 1 : 0 : 3',
      (random: SeededRandom) => weightedIndex(random, [1, 0, 3]),
      { mean: 1.5, variance: 0.75 },
    ],
  ])('%s', (_, draw, { mean, variance }) => {
    const seen = moments(draw)
    expect(Math.abs(seen.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAWS))
    expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(0.06)
  })
})
