import { hash } from 'node:crypto'

/**
 * First 48 bits of the SHA-256 of an event id, as a whole number. Two of 10,000 ids of one customer
 * share it with a probability of 2e-7.
 */
export function eventIdHash(id: string): number {
  // A digest as a binary string takes half the time of one in a Buffer.
  const digest = hash('sha256', id, 'binary')
  const high = (digest.charCodeAt(0) << 16) | (digest.charCodeAt(1) << 8) | digest.charCodeAt(2)
  const low = (digest.charCodeAt(3) << 16) | (digest.charCodeAt(4) << 8) | digest.charCodeAt(5)
  return high * 2 ** 24 + low
}
