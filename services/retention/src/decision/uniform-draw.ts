import { createHash } from 'node:crypto'

/**
 * A number in [0, 1) that the parts alone decide: the first 53 bits of SHA-256 over them as a JSON
 * array, which keeps ("a", "bc") and ("ab", "c") apart. Evenly spread; unpredictable where one of
 * the parts is secret.
 */
export const uniformDraw = (parts: readonly string[]): number => {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest()
  return Number(digest.readBigUInt64BE() >> 11n) / 2 ** 53
}
