import {
  type ByteReader,
  readHashes,
  readMany,
  readNumber,
  readSigned,
  readText,
} from './byte-stream.ts'
import type { Occurrence, Order, Refund, Said } from './customer-state.ts'

/** Flags of an order or a refund. */
const OCCURRED = 1
const HAS_AMOUNT = 2
/** The first event that was merged brought both the occurrence and the amount. */
const ONE_SOURCE = 4
const CANCELLED = 8

const UNKNOWN_THEN = {
  ...{ delivered: undefined, late: undefined, discount: undefined, units: undefined },
  ...{ promised: undefined, basket: undefined },
}

/** Reads the orders of states of version 1, which knew no more of them than these fields. */
export function readOrders1(input: ByteReader, changedAt: number): Order[] {
  return readMany(input, () => {
    const id = readText(input)
    const { occurred, amount, isCancelled, seen } = readReport(input, changedAt)
    const placed = occurred && { ...occurred, source: undefined }
    const refunds = readRefunds1(input, changedAt)
    // When, was not kept: a delivery that is told later does not make it a return.
    const cancelled = isCancelled ? { rank: 0, at: placed?.at ?? 0 } : undefined
    return { id, placed, cancelled, amount, ...UNKNOWN_THEN, refunds, seen }
  })
}

/** Reads the refunds of states of version 1. */
export function readRefunds1(input: ByteReader, changedAt: number): Refund[] {
  return readMany(input, () => {
    const id = readText(input)
    const { occurred, amount, seen } = readReport(input, changedAt)
    return { id, occurred, cancelled: false, amount, reason: undefined, seen }
  })
}

function readReport(input: ByteReader, changedAt: number) {
  const flags = readNumber(input)
  const seen = readHashes(input, readNumber(input))
  const occurred = flags & OCCURRED ? readInstant(input, changedAt) : undefined
  const amount =
    flags & HAS_AMOUNT ? readAmount(input, { flags, seen, occurred, changedAt }) : undefined
  return { occurred, amount, seen, isCancelled: (flags & CANCELLED) !== 0 }
}

function readAmount(
  input: ByteReader,
  read: { flags: number; seen: number[]; occurred: Occurrence | undefined; changedAt: number },
): Said<number> {
  const value = readNumber(input)
  const { rank, at } =
    read.occurred !== undefined && read.flags & ONE_SOURCE
      ? read.occurred
      : readInstant(input, read.changedAt)
  const by = read.seen[read.flags & ONE_SOURCE ? 0 : readNumber(input)] ?? 0
  return { value, rank, at, by }
}

function readInstant(input: ByteReader, changedAt: number): Occurrence {
  const rank = readNumber(input)
  return { rank, at: changedAt - readSigned(input) }
}
