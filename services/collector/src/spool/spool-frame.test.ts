import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { decodeFrames, encodeFrame, type SpooledRecord } from './spool-frame.ts'

const spooled: fc.Arbitrary<SpooledRecord> = fc.record({
  topic: fc.constantFrom('ebb.events.v1', 'ebb.rejects.v1'),
  record: fc.record({
    key: fc.string({ unit: 'binary', minLength: 1 }),
    value: fc.uint8Array({ maxLength: 40 }),
    headers: fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.string({ unit: 'binary' }),
    ),
  }),
})
const some = fc.array(spooled, { minLength: 1, maxLength: 6 })

const plain = (records: readonly SpooledRecord[]) =>
  records.map(({ topic, record: { key, value, headers } }) => ({
    topic,
    key,
    value: [...value],
    headers: { ...headers },
  }))

const written = (records: readonly SpooledRecord[]) => {
  const frames = records.map(encodeFrame)
  return { frames, bytes: Buffer.concat(frames) }
}

/** The frames that end at or before a byte. */
const wholeBefore = (frames: readonly Buffer[], end: number): number => {
  let at = 0
  return frames.filter(({ length }) => {
    at += length
    return at <= end
  }).length
}

test('what was written is read', () => {
  fc.assert(
    fc.property(some, (records) => {
      const { bytes } = written(records)
      const read = decodeFrames(bytes)
      assert.deepEqual(plain(read.records), plain(records))
      assert.equal(read.bytes, bytes.length)
    }),
  )
})

test('headers that are left out are read as none', () => {
  const record = { key: 'k', value: Buffer.from('v') }
  const { records } = decodeFrames(encodeFrame({ topic: 't', record }))
  assert.deepEqual(records[0]?.record.headers, {})
})

test('bytes that are torn anywhere give the frames before the tear', () => {
  fc.assert(
    fc.property(some, (records) => {
      const { frames, bytes } = written(records)
      for (let end = 0; end <= bytes.length; end += 1) {
        const read = decodeFrames(bytes.subarray(0, end))
        const whole = wholeBefore(frames, end)
        assert.deepEqual(plain(read.records), plain(records.slice(0, whole)))
        assert.equal(read.bytes, written(records.slice(0, whole)).bytes.length)
      }
    }),
    { numRuns: 30 },
  )
})

test('a byte that is not as it was written ends the reading before its frame', () => {
  fc.assert(
    fc.property(some, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, seed, flip) => {
      const { frames, bytes } = written(records)
      const at = seed % bytes.length
      bytes[at] = bytes[at]! ^ flip
      const whole = wholeBefore(frames, at)
      assert.deepEqual(plain(decodeFrames(bytes).records), plain(records.slice(0, whole)))
    }),
    { numRuns: 500 },
  )
})

test('what a crash may leave behind the frames is none', () => {
  const zeros = fc.nat(5_000).map((length) => Buffer.alloc(length))
  const junk = fc.oneof(zeros, fc.uint8Array({ maxLength: 200 }))
  fc.assert(
    fc.property(some, junk, (records, tail) => {
      const { bytes } = written(records)
      const read = decodeFrames(Buffer.concat([bytes, tail]))
      assert.deepEqual(plain(read.records), plain(records))
      assert.equal(read.bytes, bytes.length)
    }),
    { numRuns: 500 },
  )
})

test('no more frames are read than asked for', () => {
  fc.assert(
    fc.property(some, fc.nat(8), (records, limit) => {
      const { bytes } = written(records)
      const read = decodeFrames(bytes, limit)
      assert.deepEqual(plain(read.records), plain(records.slice(0, limit)))
      assert.equal(read.bytes, written(records.slice(0, limit)).bytes.length)
    }),
  )
})
