import { crc32 } from 'node:zlib'
import type { NewRecord } from '@ebb/streaming/event-log'

/** A record that waits in the spool. Its partition follows from its key once the log is there. */
export interface SpooledRecord {
  readonly topic: string
  readonly record: NewRecord
}

/** Of the payload behind them: its length and its checksum, both 32 bits, little endian. */
const FRAME_HEAD_BYTES = 8
const LENGTH_BYTES = 4

/**
 * The bytes of one record in a segment: length of the payload, CRC-32 of length and payload,
 * payload. The length is part of the checksum: zeros, which some file systems leave behind after a
 * crash, are no frame.
 */
export const encodeFrame = ({ topic, record }: SpooledRecord): Buffer => {
  const named = Buffer.from(JSON.stringify([topic, record.key, record.headers ?? {}]))
  const payloadBytes = LENGTH_BYTES + named.length + record.value.length
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payloadBytes)
  frame.writeUInt32LE(payloadBytes, 0)
  frame.writeUInt32LE(named.length, FRAME_HEAD_BYTES)
  frame.set(named, FRAME_HEAD_BYTES + LENGTH_BYTES)
  frame.set(record.value, FRAME_HEAD_BYTES + LENGTH_BYTES + named.length)
  frame.writeUInt32LE(checksum(frame, payloadBytes), LENGTH_BYTES)
  return frame
}

/** The whole frames at the start of some bytes. */
export interface DecodedFrames {
  readonly records: readonly SpooledRecord[]
  /** Length of these frames: behind it stands a torn or damaged frame, or nothing. */
  readonly bytes: number
}

/** Reads at most `limit` frames, up to the first that is not whole, whatever a crash left there. */
export const decodeFrames = (
  bytes: Buffer,
  limit: number = Number.POSITIVE_INFINITY,
): DecodedFrames => {
  const records: SpooledRecord[] = []
  let at = 0
  while (records.length < limit) {
    const payload = payloadAt(bytes.subarray(at))
    if (payload === undefined) break
    records.push(recordOf(payload))
    at += FRAME_HEAD_BYTES + payload.length
  }
  return { records, bytes: at }
}

const payloadAt = (bytes: Buffer): Buffer | undefined => {
  if (bytes.length < FRAME_HEAD_BYTES) return undefined
  const payloadBytes = bytes.readUInt32LE(0)
  const end = FRAME_HEAD_BYTES + payloadBytes
  if (bytes.length < end || bytes.readUInt32LE(LENGTH_BYTES) !== checksum(bytes, payloadBytes)) {
    return undefined
  }
  return bytes.subarray(FRAME_HEAD_BYTES, end)
}

const checksum = (frame: Buffer, payloadBytes: number): number =>
  crc32(
    frame.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + payloadBytes),
    crc32(frame.subarray(0, LENGTH_BYTES)),
  )

const recordOf = (payload: Buffer): SpooledRecord => {
  const valueAt = LENGTH_BYTES + payload.readUInt32LE(0)
  const [topic, key, headers] = JSON.parse(payload.toString('utf8', LENGTH_BYTES, valueAt))
  return { topic, record: { key, value: payload.subarray(valueAt), headers } }
}
