import { Packr } from 'msgpackr'
import { type ByteReader, type ByteWriter, readNumber, writeNumber } from './byte-stream.ts'
import type { CustomerState } from './customer-state.ts'
import { readActivity, readPerson, writeActivity, writePerson } from './packed-activity.ts'
import { readOrders, readRefunds, writeOrders, writeRefunds } from './packed-orders.ts'

/** Raised whenever packed states of before could be misread. */
const VERSION = 1

/** In the array: version, numbers, then the texts. */
const TEXTS_FROM = 2

const INITIAL_BYTES = 4096

const packr = new Packr({ useRecords: false })

/** Reused by every call: packing is synchronous, and the result is a copy. */
let scratch: Uint8Array = new Uint8Array(INITIAL_BYTES)

/**
 * A state as bytes: a MessagePack array of the version, one string of numbers, and the texts to
 * which it refers in their sequence. Instants and days are differences from the clock of the last
 * change or from their predecessor.
 */
export function pack(state: CustomerState): Uint8Array {
  const out: ByteWriter = { bytes: scratch, length: 0, texts: [] }
  writeNumber(out, state.changedAt)
  writePerson(out, state)
  writeActivity(out, state)
  writeOrders(out, state.orders, state.changedAt)
  writeRefunds(out, state.refunds, state.changedAt)
  scratch = out.bytes
  return packr.pack([VERSION, out.bytes.subarray(0, out.length), ...out.texts])
}

/**
 * The state that was packed. Throws `EBB_STATE_VERSION` for bytes of another version and for bytes
 * that are no packed state.
 */
export function unpack(bytes: Uint8Array): CustomerState {
  const frame: unknown = packr.unpack(bytes)
  if (!Array.isArray(frame) || frame[0] !== VERSION) {
    throw unreadable(`this is not a packed state of version ${VERSION}`)
  }
  const input: ByteReader = { bytes: frame[1], texts: frame, offset: 0, textOffset: TEXTS_FROM }
  const changedAt = readNumber(input)
  const person = readPerson(input, changedAt)
  const activity = readActivity(input, changedAt)
  const orders = readOrders(input, changedAt)
  const refunds = readRefunds(input, changedAt)
  if (input.offset !== input.bytes.length || input.textOffset !== frame.length) {
    throw unreadable('a packed state is longer or shorter than its contents')
  }
  return { changedAt, ...person, ...activity, orders, refunds }
}

const unreadable = (message: string): Error =>
  Object.assign(new Error(`Cannot unpack: ${message}.`), { code: 'EBB_STATE_VERSION' })
