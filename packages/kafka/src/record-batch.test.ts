import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kafkaClient } from './kafka-client.ts'
import { encodeRecordBatch, type StampedRecord } from './record-batch.ts'

// What kafkajs reads of a batch, which is how readers of Ebb's topics that use it see ours.
const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder')
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder')
const crc32c: (bytes: Buffer) => number = require('kafkajs/src/protocol/recordBatch/crc32C')

// Makes zstd known to kafkajs.
kafkaClient({ brokers: ['localhost:1'], clientId: 'test', now: () => 0 })

interface Decoded {
  readonly magicByte: number
  readonly firstTimestamp: string
  readonly maxTimestamp: string
  readonly records: readonly {
    readonly offset: string
    readonly timestamp: string
    readonly key: Buffer
    readonly value: Buffer
    readonly headers: Readonly<Record<string, Buffer>>
  }[]
}

const decoded = async (batch: Buffer): Promise<Decoded> => {
  const decoder = new Decoder(batch)
  return { ...(await decodeBatch(decoder)), magicByte: batch[16]! }
}

const YEARS_MS = 40 * 365 * 86_400_000
const text = fc.string({ unit: 'binary', maxLength: 200 }).map((value) => value.toWellFormed())
// Its decoder takes a header named as a property of every object for one that it has seen.
const headerName = text.map((name) => `x-${name}`)
const record: fc.Arbitrary<StampedRecord> = fc.record({
  key: text,
  value: fc.uint8Array({ maxLength: 3_000 }),
  headers: fc.dictionary(headerName, text, { noNullPrototype: true, maxKeys: 5 }),
  timestamp: fc.nat(YEARS_MS),
})

test.each(['none', 'gzip', 'zstd'] as const)(
  'a batch (%s) is read as it was written, whatever is in it',
  async (compression) => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        const batch = await encodeRecordBatch(records, compression)
        const { firstTimestamp, maxTimestamp, ...read } = await decoded(batch)
        expect(read.magicByte).toBe(2)
        expect(Number(firstTimestamp)).toBe(records[0]!.timestamp)
        expect(Number(maxTimestamp)).toBe(Math.max(...records.map(({ timestamp }) => timestamp)))
        expect(
          read.records.map(({ offset, timestamp, key, value, headers }) => ({
            offset: Number(offset),
            timestamp: Number(timestamp),
            key: key.toString(),
            value: new Uint8Array(value),
            headers: Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()]),
          })),
        ).toEqual(
          records.map(({ key, value, headers, timestamp }, i) => ({
            offset: i,
            timestamp,
            key,
            value: new Uint8Array(value),
            headers: Object.entries(headers!),
          })),
        )
        expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)))
        expect(batch.readInt32BE(8)).toBe(batch.length - 12)
      }),
    )
  },
)
