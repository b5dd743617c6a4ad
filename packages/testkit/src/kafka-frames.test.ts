import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameSplitter, requestHeader } from './kafka-frames.ts'

const frameOf = (body: Uint8Array): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

const chunksOf = (bytes: Buffer, lengths: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = []
  let at = 0
  for (const length of lengths) {
    chunks.push(bytes.subarray(at, at + length))
    at += length
  }
  return [...chunks, bytes.subarray(at)]
}

test('frames come out whole and in order, however the chunks fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.nat({ max: 30 })),
      (bodies, lengths) => {
        const frames = bodies.map(frameOf)
        const split = frameSplitter()
        expect(chunksOf(Buffer.concat(frames), lengths).flatMap(split)).toEqual(frames)
      },
    ),
  )
})

test('a request says which API, which number and whose it is', () => {
  const header = Buffer.from([0, 1, 0, 12, 0, 0, 1, 0, 0, 4, ...Buffer.from('shop')])
  expect(requestHeader(frameOf(header))).toEqual({
    apiKey: 1,
    correlationId: 256,
    clientId: 'shop',
  })
})

test('a request may say nothing of whose it is', () => {
  const header = Buffer.from([0, 3, 0, 1, 0, 0, 0, 7, 255, 255])
  expect(requestHeader(frameOf(header)).clientId).toBeUndefined()
})
