import { Packr } from 'msgpackr'
import { type ByteReader, type ByteWriter, readNumber, writeNumber } from './byte-stream.ts'
import type { CustomerState } from './customer-state.ts'
import { readActivity, readPerson, writeActivity, writePerson } from './packed-activity.ts'
import { readOrders, readRefunds, writeOrders, writeRefunds } from './packed-orders.ts'

/** Raised whenever packed states of before could be misread. */
const VERSION = 1

type Frame = readonly [version: number, numbers: Uint8Array, ...texts: string[]]

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
 * The state that was packed. Throws `EBB_STATE_VERSION` for bytes of another version and
 * `EBB_STATE_UNREADABLE` for bytes that are no packed state.
 */
export function unpack(bytes: Uint8Array): CustomerState {
  const frame = frameOf(bytes)
  if (frame[0] !== VERSION)
    throw unreadable(
      'EBB_STATE_VERSION',
      `it has version ${frame[0]}, and this version of Ebb reads ${VERSION}; ` +
        'run the one that wrote it, or make the states again with `ebb rebuild`',
    )
  try {
    return stateOf(frame)
  } catch (cause) {
    throw unreadable('EBB_STATE_UNREADABLE', (cause as Error).message)
  }
}

function frameOf(bytes: Uint8Array): Frame {
  try {
    const frame: unknown = packr.unpack(bytes)
    if (Array.isArray(frame) && Number.isInteger(frame[0])) return frame as unknown as Frame
  } catch {
    // Told below: no MessagePack, or not ours.
  }
  throw unreadable('EBB_STATE_UNREADABLE', 'these bytes are no packed state')
}

function stateOf(frame: Frame): CustomerState {
  const [, bytes, ...texts] = frame
  const input: ByteReader = { bytes, texts, offset: 0, textOffset: 0 }
  const changedAt = readNumber(input)
  const person = readPerson(input, changedAt)
  const activity = readActivity(input, changedAt)
  const orders = readOrders(input, changedAt)
  const refunds = readRefunds(input, changedAt)
  if (input.offset !== input.bytes.length || input.textOffset !== texts.length)
    throw new Error('it is longer or shorter than its contents')
  return { changedAt, ...person, ...activity, orders, refunds }
}

const unreadable = (code: string, message: string): Error =>
  Object.assign(new Error(`A customer state cannot be unpacked: ${message}.`), { code })
