import {
  type ByteReader,
  type ByteWriter,
  readMany,
  readNumber,
  readText,
  writeNumber,
} from './byte-stream.ts'
import type { Order } from './customer-state.ts'

/** All orders that were placed came from the one source. */
const ONE_FOR_ALL = 0
const EACH = 1

/** Writes where orders came from: a customer has mostly one source, and it is written once. */
export function writeSources(out: ByteWriter, orders: readonly Order[]): void {
  const placed = orders.flatMap(({ placed }) => placed ?? [])
  const names = [...new Set(placed.flatMap(({ source }) => source ?? []))]
  writeNumber(out, names.length)
  if (names.length === 0) return
  out.texts.push(...names)
  const isOne = names.length === 1 && placed.every(({ source }) => source !== undefined)
  writeNumber(out, isOne ? ONE_FOR_ALL : EACH)
  if (isOne) return
  const places = new Map(names.map((name, place) => [name, place + 1]))
  for (const { source } of placed) writeNumber(out, places.get(source ?? '') ?? 0)
}

/** The orders with what `writeSources` wrote. */
export function readSources(input: ByteReader, orders: readonly Order[]): readonly Order[] {
  const names = readMany(input, () => readText(input))
  if (names.length === 0) return orders
  const isOne = readNumber(input) === ONE_FOR_ALL
  return orders.map((order) => {
    const { placed } = order
    if (placed === undefined) return order
    const source = names[isOne ? 0 : readNumber(input) - 1]
    return { ...order, placed: { ...placed, source } }
  })
}
