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
/** Leader epoch, magic and checksum, which the checksum does not cover. */
const UNCHECKED_BYTES = 4 + 1 + 4
const HEADER_BYTES = 61
const FIRST_CAPACITY = 1_024

/**
 * A batch of at least one record as it stands in a partition, in format 2 of Kafka (0.11 and later;
 * its documentation has the layout under "Record Batch"), from no idempotent producer. kafkajs's own
 * encoder costs a buffer for each record and header; docs/performance.md has the figures.
 */
export const encodeRecordBatch = async (
  records: readonly StampedRecord[],
  compression: Compression,
): Promise<Buffer> => {
  const { id, compress } = CODECS[compression]
  const { bytes, first, latest } = encodeRecords(records)
  const body = compress === undefined ? bytes : await compress(bytes)

  const checked = byteWriter(HEADER_BYTES + body.length)
  checked.int16(id)
  checked.int32(records.length - 1)
  checked.int64(first)
  checked.int64(latest)
  checked.int64(UNKNOWN)
  checked.int16(UNKNOWN)
  checked.int32(UNKNOWN)
  checked.int32(records.length)
  checked.bytes(body)

  const batch = byteWriter(HEADER_BYTES + body.length)
  batch.int64(0)
  batch.int32(UNCHECKED_BYTES + checked.written().length)
  batch.int32(UNKNOWN)
  batch.int8(MAGIC)
  batch.int32(crc32c(checked.written()) | 0)
  batch.bytes(checked.written())
  return batch.written()
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
  return { bytes: all.written(), first, latest }
}
