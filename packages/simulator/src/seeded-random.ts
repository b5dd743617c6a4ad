/** A stream of pseudo-random numbers that is wholly determined by its name. */
export type SeededRandom = {
  /** The next number in the open interval (0, 1), in steps of 2⁻³². */
  uniform: () => number
  /**
   * An independent stream named after this one. It depends on the names alone, never on how many
   * numbers were drawn before, so a part can be generated without its predecessors.
   */
  fork: (name: string) => SeededRandom
}

/**
 * Generator sfc32 of Chris Doty-Humphrey (PractRand: three words of chaotic state and a counter,
 * period at least 2³²), seeded by a MurmurHash3 (Austin Appleby) of `name`, one hash per word.
 */
export const seededRandom = (name: string): SeededRandom => {
  const next = sfc32(name)
  return {
    uniform: () => (next() + 0.5) / 2 ** 32,
    fork: (child) => seededRandom(`${name}/${child}`),
  }
}

const WARM_UP_ROUNDS = 15

const sfc32 = (name: string): (() => number) => {
  let a = murmur3(name, 1)
  let b = murmur3(name, 2)
  let c = murmur3(name, 3)
  let counter = 1
  const next = () => {
    const out = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (rotateLeft(c, 21) + out) | 0
    return out >>> 0
  }
  for (let round = 0; round < WARM_UP_ROUNDS; round++) next()
  return next
}

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** The 32-bit variant, each UTF-16 code unit taken as one block. */
const murmur3 = (text: string, seed: number): number => {
  let hash = seed
  for (let at = 0; at < text.length; at++) {
    const block = Math.imul(rotateLeft(Math.imul(text.charCodeAt(at), 0xcc9e2d51), 15), 0x1b873593)
    hash = (Math.imul(rotateLeft(hash ^ block, 13), 5) + 0xe6546b64) | 0
  }
  hash ^= text.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** True with the given probability. */
export const chance = (random: SeededRandom, probability: number): boolean =>
  random.uniform() < probability

/** An integer from `low` to `high`, both included. */
export const integerBetween = (random: SeededRandom, low: number, high: number): number =>
  low + Math.floor(random.uniform() * (high - low + 1))

/** One of `items`, all equally likely; `items` is not empty. */
export const pick = <T>(random: SeededRandom, items: readonly T[]): T =>
  items[integerBetween(random, 0, items.length - 1)]!

/** Index into `weights`, drawn in proportion to them; they are ≥ 0 and not all 0. */
export const weightedIndex = (random: SeededRandom, weights: readonly number[]): number => {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  const index = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return index === -1 ? weights.findLastIndex((weight) => weight > 0) : index
}

/** Exponential with the given mean, by inversion. */
export const exponential = (random: SeededRandom, mean: number): number =>
  -mean * Math.log(random.uniform())

/** Standard normal (Box and Muller 1958; the second number of the pair is not used). */
export const normal = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(random.uniform())) * Math.cos(2 * Math.PI * random.uniform())

/** Gamma with the given shape and scale 1, by rejection (Marsaglia and Tsang 2000). */
export const gamma = (random: SeededRandom, shape: number): number => {
  if (shape < 1) return gamma(random, shape + 1) * random.uniform() ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(random.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v
  }
}

/** Beta, as the share of one of two gammas. */
export const beta = (random: SeededRandom, a: number, b: number): number => {
  const left = gamma(random, a)
  return left / (left + gamma(random, b))
}
