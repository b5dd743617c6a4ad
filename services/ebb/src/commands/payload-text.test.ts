import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payloadText } from './payload-text.ts'
import { displayWidth } from './terminal-text.ts'

test('text is shown on one line, whatever it was', () => {
  expect(payloadText(Buffer.from('{\n  "name": "静",\r\n\t"n": 1\n}'), 80)).toBe(
    '{ "name": "静", "n": 1 }',
  )
})

test('text that the reader cut in the middle of a sign is still text', () => {
  expect(payloadText(Buffer.from('静静').subarray(0, 5), 80)).toBe('静')
})

test('what is no text is shown in hex', () => {
  expect(payloadText(Buffer.from([0xff, 0xfe, 0x00]), 80)).toBe('hex fffe00')
  expect(payloadText(Buffer.from('a\u001b[2J'), 80)).toBe('hex 611b5b324a')
})

test('whatever the bytes, nothing that steers a terminal gets through, nor more than fits', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 60 }), (payload, columns) => {
      const text = payloadText(payload, columns)
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(displayWidth(text)).toBeLessThanOrEqual(columns)
    }),
  )
})
