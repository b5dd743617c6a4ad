import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import type { NewRecord } from '@ebb/streaming/event-log'
import { crc32c } from '@node-rs/crc32'
import { byteWriter } from './byte-writer.ts'

/** A record with its time, in ms since the epoch. */
export interface StampedRecord extends NewRecord {
  readonly timestamp: number
}

/** How the records of a batch are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd'

interface Codec {
  /** In the lowest three bits of the batch's attributes. */
  readonly id: number
  readonly compress?: (bytes: Buffer) => Promise<Buffer>
}

const CODECS: Readonly<Record<Compression, Codec>> = {
  none: { id: 0 },
  gzip: { id: 1, compress: promisify(gzip) },
  zstd: { id: 4, compress: promisify(zstdCompress) },
}

const MAGIC = 2
const UNKNOWN = -1
const HEADER_BYTES = 61
/** The length counts what comes behind it. */
const LENGTH_END = 12
const CHECKSUM_AT = 17
const CHECKED_FROM = 21
const FIRST_CAPACITY = 1_024

/**
 * A batch of at least one record as it stands in a partition, in format 2 of Kafka (0.11 and later;
 * its documentation has the layout under "Record Batch"), from no idempotent producer. kafkajs's own
 * encoder costs a buffer for each record and header: docs/adr/0012 has the figures.
 */
export const encodeRecordBatch = async (
  records: readonly StampedRecord[],
  compression: Compression,
): Promise<Buffer> => {
  const { id, compress } = CODECS[compression]
  const { encoded, first, latest } = encodeRecords(records)
  const body = compress === undefined ? encoded : await compress(encoded)

  const batch = byteWriter(HEADER_BYTES + body.length)
  batch.int64(0)
  batch.int32(HEADER_BYTES - LENGTH_END + body.length)
  batch.int32(UNKNOWN)
  batch.int8(MAGIC)
  batch.int32(0)
  batch.int16(id)
  batch.int32(records.length - 1)
  batch.int64(first)
  batch.int64(latest)
  batch.int64(UNKNOWN)
  batch.int16(UNKNOWN)
  batch.int32(UNKNOWN)
  batch.int32(records.length)
  batch.bytes(body)
  const bytes = batch.written()
  bytes.writeUInt32BE(crc32c(bytes.subarray(CHECKED_FROM)), CHECKSUM_AT)
  return bytes
}

const encodeRecords = (records: readonly StampedRecord[]) => {
  const first = records[0]!.timestamp
  let latest = first
  const all = byteWriter(FIRST_CAPACITY * records.length)
  const one = byteWriter(FIRST_CAPACITY)
  records.forEach(({ key, value, headers = {}, timestamp }, i) => {
    latest = Math.max(latest, timestamp)
    one.clear()
    one.int8(0)
    one.varint(timestamp - first)
    one.varint(i)
    one.varintText(key)
    one.varint(value.length)
    one.bytes(value)
    const names = Object.keys(headers)
    one.varint(names.length)
    for (const name of names) {
      one.varintText(name)
      one.varintText(headers[name]!)
    }
    all.varint(one.written().length)
    all.bytes(one.written())
  })
  return { encoded: all.written(), first, latest }
}
