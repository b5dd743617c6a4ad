import { Packr } from 'msgpackr'
import { type ByteReader, type ByteWriter, readNumber, writeNumber } from './byte-stream.ts'
import { type CustomerState, EMPTY_STATE } from './customer-state.ts'
import {
  readActivity,
  readPerson,
  readTally,
  writeActivity,
  writePerson,
} from './packed-activity.ts'
import { readOrders, readRefunds, writeOrders, writeRefunds } from './packed-orders.ts'
import { readOrders1, readRefunds1 } from './packed-orders-1.ts'
import { readSources, writeSources } from './packed-sources.ts'
import { readTally1, readTally2 } from './packed-tally-2.ts'
import {
  readVisitDays,
  readVisited,
  visitDaysKept,
  writeVisitDays,
  writeVisited,
} from './packed-visits.ts'

/** Raised whenever packed states of before could be misread. */
const VERSION = 5
/** What was written by earlier releases is read, too. */
const OLDEST = 1

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
  writeVisited(out, state)
  writeOrders(out, state.orders, state.changedAt)
  writeSources(out, state.orders)
  writeRefunds(out, state.refunds, state.changedAt)
  writeVisitDays(out, state)
  scratch = out.bytes
  return packr.pack([VERSION, out.bytes.subarray(0, out.length), ...out.texts])
}

/**
 * The state that was packed. Throws `EBB_STATE_VERSION` for bytes of another version and
 * `EBB_STATE_UNREADABLE` for bytes that are no packed state.
 */
export function unpack(bytes: Uint8Array): CustomerState {
  const frame = frameOf(bytes)
  if (frame[0] < OLDEST || frame[0] > VERSION)
    throw unreadable(
      'EBB_STATE_VERSION',
      `it has version ${frame[0]}, and this version of Ebb reads ${OLDEST} to ${VERSION}; ` +
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
  const [version, bytes, ...texts] = frame
  const input: ByteReader = { bytes, texts, offset: 0, textOffset: 0 }
  const changedAt = readNumber(input)
  const { userId, analytics, marketing } = readPerson(input, changedAt)
  const state = version === 1 ? state1(input, changedAt) : stateSince2(input, version, changedAt)
  if (input.offset !== input.bytes.length || input.textOffset !== texts.length)
    throw new Error('it is longer or shorter than its contents')
  // A copy that is changed, as in `fold`: a literal of all fields would be made in V8's old generation.
  return {
    ...EMPTY_STATE,
    changedAt,
    userId,
    analytics,
    marketing,
    tiles: state.tiles,
    totals: state.totals,
    tasteNames: state.tasteNames,
    openVisits: state.openVisits,
    lastVisits: state.lastVisits,
    visited: state.visited,
    evidence: state.evidence,
    recent: state.recent,
    ring: state.ring,
    orders: state.orders,
    refunds: state.refunds,
  }
}

const stateSince2 = (input: ByteReader, version: number, changedAt: number) => {
  const before5 = {
    ...readActivity(input, changedAt, version === 2 ? readTally2 : readTally),
    ...readVisited(input, changedAt),
    orders: version < 4 ? readOrders(input, changedAt) : sourced(input, changedAt),
    refunds: readRefunds(input, changedAt),
  }
  const visited = version < 5 ? visitDaysKept(before5) : readVisitDays(input, changedAt)
  return { ...before5, visited }
}

const sourced = (input: ByteReader, changedAt: number) =>
  readSources(input, readOrders(input, changedAt))

/** It knew no visits, tastes and evidence: they begin with the next event. */
const state1 = (input: ByteReader, changedAt: number) => ({
  ...readActivity(input, changedAt, readTally1),
  ...{ openVisits: [], lastVisits: [], visited: undefined, tasteNames: [], evidence: [] },
  orders: readOrders1(input, changedAt),
  refunds: readRefunds1(input, changedAt),
})

const unreadable = (code: string, message: string): Error =>
  Object.assign(new Error(`A customer state cannot be unpacked: ${message}.`), { code })
