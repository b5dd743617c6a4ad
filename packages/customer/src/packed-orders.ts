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
import type { Occurrence, Order, Refund, Said } from './customer-state.ts'
import { REASON_CODES, type ReasonCode } from './reason-code.ts'

/**
 * What an order or a refund is made of, in the order in which it is written; each at its bit. The
 * commonest are in the first byte.
 */
const ORDER_FIELDS = [
  'placed',
  'amount',
  'units',
  'basket',
  'discount',
  'promised',
  'delivered',
  'cancelled',
  'late',
] as const
const REFUND_FIELDS = ['occurred', 'amount', 'reason'] as const

/** Not all of it was brought by the first event that was merged; says another mask which part. */
const MIXED = 1
/** Of an order: there are refunds. Of a refund: it was called off. */
const EXTRA = 2
const FLAGS = 2

/** An occurrence, or a value and where it comes from. */
type Part = Occurrence | Said<unknown> | undefined

/** What the parts of one order or refund are written against. */
interface Frame {
  readonly seen: readonly number[]
  /** Of the first event that was merged. */
  readonly first: Occurrence
  readonly changedAt: number
}

/** Writes orders, with instants as differences from `changedAt`. */
export function writeOrders(out: ByteWriter, orders: readonly Order[], changedAt: number): void {
  writeNumber(out, orders.length)
  for (const order of orders) {
    out.texts.push(order.id)
    const parts = ORDER_FIELDS.map((name): Part => order[name])
    const hasRefunds = order.refunds.length > 0
    writeParts(out, { parts, seen: order.seen, extra: hasRefunds, names: ORDER_FIELDS }, changedAt)
    if (hasRefunds) writeRefunds(out, order.refunds, changedAt)
  }
}

/** Reads what `writeOrders` wrote; `writeSources` knows where they came from. */
export function readOrders(input: ByteReader, changedAt: number): Order[] {
  return readMany(input, () => {
    const id = readText(input)
    const { parts, seen, extra } = readParts(input, ORDER_FIELDS, changedAt)
    const refunds = extra ? readRefunds(input, changedAt) : []
    const { placed, ...others } = parts as Omit<Order, 'id' | 'refunds' | 'seen'>
    const unsourced = placed && { ...placed, source: undefined }
    return { id, placed: unsourced, ...others, refunds, seen }
  })
}

/** Writes refunds, with instants as differences from `changedAt`. */
export function writeRefunds(out: ByteWriter, refunds: readonly Refund[], changedAt: number): void {
  writeNumber(out, refunds.length)
  for (const { id, seen, cancelled: extra, ...refund } of refunds) {
    out.texts.push(id)
    const parts = REFUND_FIELDS.map((name): Part => refund[name])
    writeParts(out, { parts, seen, extra, names: REFUND_FIELDS }, changedAt)
  }
}

/** Reads what `writeRefunds` wrote. */
export function readRefunds(input: ByteReader, changedAt: number): Refund[] {
  return readMany(input, () => {
    const id = readText(input)
    const { parts, seen, extra: cancelled } = readParts(input, REFUND_FIELDS, changedAt)
    return { id, ...(parts as Pick<Refund, 'occurred' | 'amount' | 'reason'>), cancelled, seen }
  })
}

type FieldName = (typeof ORDER_FIELDS)[number] | (typeof REFUND_FIELDS)[number]

interface Written {
  readonly parts: readonly Part[]
  readonly names: readonly FieldName[]
  readonly seen: readonly number[]
  readonly extra: boolean
}

function writeParts(out: ByteWriter, written: Written, changedAt: number): void {
  const { parts, names, seen, extra } = written
  const first = firstOf(parts, seen)
  const present = maskOf(parts, (part) => part !== undefined)
  const mixed = maskOf(parts, (part) => part !== undefined && !isOfFirst(part, first, seen))
  const flags = (mixed === 0 ? 0 : MIXED) | (extra ? EXTRA : 0)
  writeNumber(out, (present << FLAGS) | flags)
  if (mixed !== 0) writeNumber(out, mixed)
  writeNumber(out, seen.length)
  writeHashes(out, seen)
  if (first !== undefined) writeInstant(out, first, changedAt)
  const frame = { seen, first: first ?? NO_INSTANT, changedAt }
  for (const [index, part] of parts.entries()) {
    if (part === undefined) continue
    if (mixed & (1 << index)) writeSource(out, part, frame)
    if ('value' in part) writeValue(out, { name: names[index]!, value: part.value, frame })
  }
}

function readParts(input: ByteReader, names: readonly FieldName[], changedAt: number) {
  const head = readNumber(input)
  const present = head >> FLAGS
  const mixed = head & MIXED ? readNumber(input) : 0
  const seen = readHashes(input, readNumber(input))
  // Where there is any part, there is a first one.
  const first = present === 0 ? NO_INSTANT : readInstant(input, changedAt)
  const frame = { seen, first, changedAt }
  const parts: Partial<Record<FieldName, Part>> = {}
  for (const [index, name] of names.entries()) {
    if (!(present & (1 << index))) {
      parts[name] = undefined
      continue
    }
    const isSaid = !OCCURRENCES.has(name)
    const source = mixed & (1 << index) ? readSource(input, isSaid, frame) : { ...first, by: 0 }
    parts[name] = isSaid
      ? saidOf(readValue(input, name, frame), source, mixed & (1 << index) ? source.by : seen[0])
      : { rank: source.rank, at: source.at }
  }
  return { parts, seen, extra: (head & EXTRA) !== 0 }
}

const saidOf = (value: unknown, { rank, at }: Occurrence, by = 0): Said<unknown> => ({
  ...{ value, rank, at, by },
})

const NO_INSTANT: Occurrence = { rank: 0, at: 0 }

const OCCURRENCES: ReadonlySet<FieldName> = new Set([
  'placed',
  'delivered',
  'cancelled',
  'late',
  'occurred',
] as const)

/** Rank and instant of the first event that was merged, as far as any part still shows them. */
const firstOf = (parts: readonly Part[], seen: readonly number[]): Occurrence | undefined =>
  parts.find((part) => part !== undefined && 'by' in part && part.by === seen[0]) ??
  parts.find((part) => part !== undefined)

const isOfFirst = (part: Exclude<Part, undefined>, first: Part, seen: readonly number[]): boolean =>
  part.at === first?.at && part.rank === first.rank && (!('by' in part) || part.by === seen[0])

const maskOf = (parts: readonly Part[], isIn: (part: Part) => boolean): number =>
  parts.reduce((mask, part, index) => (isIn(part) ? mask | (1 << index) : mask), 0)

function writeSource(out: ByteWriter, part: Exclude<Part, undefined>, frame: Frame): void {
  writeInstant(out, part, frame.changedAt)
  if ('by' in part) writeNumber(out, frame.seen.indexOf(part.by))
}

function readSource(input: ByteReader, isSaid: boolean, { seen, changedAt }: Frame) {
  const { rank, at } = readInstant(input, changedAt)
  return { rank, at, by: isSaid ? (seen[readNumber(input)] ?? 0) : 0 }
}

interface Value {
  readonly name: FieldName
  readonly value: unknown
  readonly frame: Frame
}

function writeValue(out: ByteWriter, { name, value, frame }: Value): void {
  switch (name) {
    case 'basket':
      writeAscending(out, value as readonly number[])
      break
    case 'reason':
      writeNumber(out, REASON_CODES.indexOf(value as ReasonCode))
      break
    case 'promised':
      writeSigned(out, (value as number) - frame.first.at)
      break
    default:
      writeNumber(out, value as number)
  }
}

function readValue(input: ByteReader, name: FieldName, { first }: Frame): unknown {
  if (name === 'basket') return readAscending(input)
  if (name === 'reason') return REASON_CODES[readNumber(input)] ?? 'UNKNOWN'
  if (name === 'promised') return first.at + readSigned(input)
  return readNumber(input)
}

function writeAscending(out: ByteWriter, numbers: readonly number[]): void {
  writeNumber(out, numbers.length)
  let previous = 0
  for (const number of numbers) {
    writeNumber(out, number - previous)
    previous = number
  }
}

function readAscending(input: ByteReader): number[] {
  let previous = 0
  return readMany(input, () => {
    previous += readNumber(input)
    return previous
  })
}

function writeInstant(out: ByteWriter, { rank, at }: Occurrence, changedAt: number): void {
  writeNumber(out, rank)
  writeSigned(out, changedAt - at)
}

function readInstant(input: ByteReader, changedAt: number): Occurrence {
  const rank = readNumber(input)
  return { rank, at: changedAt - readSigned(input) }
}
