import { describe, expect, test } from 'vitest'
import { releaseOf } from './broker-version.ts'

const compact = (text: string): Buffer =>
  Buffer.concat([Buffer.of(text.length + 1), Buffer.from(text)])
const int16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff)
const NO_TAGS = Buffer.of(0)
/** Tag 0 with the size and the bytes of a field; one that nobody knows stands before it. */
const tagged = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.of(2, 9, 2, 7, 7, 0, bytes.length), bytes])

const answer = (features: Readonly<Record<string, number>>, error = 0): Buffer => {
  const apis = [int16(18), int16(0), int16(4), NO_TAGS]
  const each = Object.entries(features).map(([name, highest]) =>
    Buffer.concat([compact(name), int16(1), int16(highest), NO_TAGS]),
  )
  const field = Buffer.concat([Buffer.of(each.length + 1), ...each])
  return Buffer.concat([
    ...[int16(error), Buffer.of(2), ...apis],
    ...[Buffer.alloc(4), tagged(field)],
  ])
}

describe('the release of a broker', () => {
  test('is told by the highest level of its metadata', () => {
    const of = (level: number) =>
      releaseOf(answer({ 'kraft.version': 1, 'metadata.version': level }))
    expect([7, 20, 21, 25, 27, 30].map(of)).toEqual(['3.3', '3.8', '3.9', '4.0', '4.1', '4.3'])
    expect(of(31)).toBe('newer than 4.3')
  })

  test('is not told by one without levels, nor by one that does not know the question', () => {
    expect(releaseOf(answer({ 'kraft.version': 1 }))).toBeUndefined()
    expect(releaseOf(answer({ 'metadata.version': 30 }, 35))).toBeUndefined()
  })
})
