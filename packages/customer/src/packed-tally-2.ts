import { type ByteReader, readNumber } from './byte-stream.ts'
import type { Tally } from './customer-state.ts'
import { FIRST_TASTE } from './taste-codes.ts'

/** Bits for counters in one number. */
const MOST_COUNTERS = 31

/** Reads a tally of states of version 2: counters and tastes apart. */
export function readTally2(input: ByteReader): Tally {
  const tally = readTally1(input)
  let code = FIRST_TASTE
  for (let left = readNumber(input); left > 0; left--) {
    code += readNumber(input)
    tally.push(code, readNumber(input))
  }
  return tally
}

/** Reads a tally of states of version 1, whose days had no tastes. */
export function readTally1(input: ByteReader): number[] {
  const present = readNumber(input)
  const tally: number[] = []
  for (let code = 0; code < MOST_COUNTERS; code++)
    if (present & (1 << code)) tally.push(code, readNumber(input))
  return tally
}
