import {
  type ByteReader,
  type ByteWriter,
  readHashes,
  readMany,
  readNumber,
  readSigned,
  readText,
  writeHashes,
  writeNumber,
  writeSigned,
} from './byte-stream.ts'
import type { Amount, Occurrence, Order, Refund } from './customer-state.ts'

/** Flags of an order or a refund. */
const OCCURRED = 1
const HAS_AMOUNT = 2
/** The first event that was merged brought both the occurrence and the amount. */
const ONE_SOURCE = 4
const CANCELLED = 8

/** What orders and refunds have in common. */
interface Report {
  readonly occurred: Occurrence | undefined
  readonly amount: Amount | undefined
  readonly seen: readonly number[]
  readonly cancelled: boolean
}

/** Writes orders, with instants as differences from `changedAt`. */
export function writeOrders(out: ByteWriter, orders: readonly Order[], changedAt: number): void {
  writeNumber(out, orders.length)
  for (const { id, placed, amount, cancelled, refunds, seen } of orders) {
    out.texts.push(id)
    writeReport(out, { occurred: placed, amount, seen, cancelled }, changedAt)
    writeRefunds(out, refunds, changedAt)
  }
}

/** Reads what `writeOrders` wrote. */
export function readOrders(input: ByteReader, changedAt: number): Order[] {
  return readMany(input, () => {
    const id = readText(input)
    const { occurred, amount, cancelled, seen } = readReport(input, changedAt)
    const refunds = readRefunds(input, changedAt)
    return { id, placed: occurred, amount, cancelled, refunds, seen }
  })
}

/** Writes refunds, with instants as differences from `changedAt`. */
export function writeRefunds(out: ByteWriter, refunds: readonly Refund[], changedAt: number): void {
  writeNumber(out, refunds.length)
  for (const { id, occurred, amount, seen } of refunds) {
    out.texts.push(id)
    writeReport(out, { occurred, amount, seen, cancelled: false }, changedAt)
  }
}

/** Reads what `writeRefunds` wrote. */
export function readRefunds(input: ByteReader, changedAt: number): Refund[] {
  return readMany(input, () => {
    const id = readText(input)
    const { occurred, amount, seen } = readReport(input, changedAt)
    return { id, occurred: occurred ?? { rank: 0, at: 0 }, amount, seen }
  })
}

function writeReport(out: ByteWriter, report: Report, changedAt: number): void {
  const { occurred, amount, seen, cancelled } = report
  const oneSource = isOneSource(report)
  writeNumber(
    out,
    (occurred ? OCCURRED : 0) |
      (amount ? HAS_AMOUNT : 0) |
      (oneSource ? ONE_SOURCE : 0) |
      (cancelled ? CANCELLED : 0),
  )
  writeNumber(out, seen.length)
  writeHashes(out, seen)
  if (occurred !== undefined) writeInstant(out, occurred, changedAt)
  if (amount === undefined) return
  writeNumber(out, amount.minor)
  if (oneSource) return
  writeInstant(out, amount, changedAt)
  writeNumber(out, seen.indexOf(amount.by))
}

function readReport(input: ByteReader, changedAt: number): Report {
  const flags = readNumber(input)
  const seen = readHashes(input, readNumber(input))
  const occurred = flags & OCCURRED ? readInstant(input, changedAt) : undefined
  const amount =
    flags & HAS_AMOUNT ? readAmount(input, { flags, seen, occurred, changedAt }) : undefined
  return { occurred, amount, seen, cancelled: (flags & CANCELLED) !== 0 }
}

function readAmount(
  input: ByteReader,
  read: { flags: number; seen: number[]; occurred: Occurrence | undefined; changedAt: number },
): Amount {
  const minor = readNumber(input)
  const { rank, at } =
    read.occurred !== undefined && read.flags & ONE_SOURCE
      ? read.occurred
      : readInstant(input, read.changedAt)
  const by = read.seen[read.flags & ONE_SOURCE ? 0 : readNumber(input)] ?? 0
  return { minor, rank, at, by }
}

const isOneSource = ({ occurred, amount, seen }: Report): boolean =>
  amount !== undefined &&
  amount.by === seen[0] &&
  amount.at === occurred?.at &&
  amount.rank === occurred.rank

function writeInstant(out: ByteWriter, { rank, at }: Occurrence, changedAt: number): void {
  writeNumber(out, rank)
  writeSigned(out, changedAt - at)
}

function readInstant(input: ByteReader, changedAt: number): Occurrence {
  const rank = readNumber(input)
  return { rank, at: changedAt - readSigned(input) }
}
