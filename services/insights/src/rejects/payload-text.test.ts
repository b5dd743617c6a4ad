import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payloadText } from './payload-text.ts'

test.each([
  ['{"a":\n\t"ü 漢"}', '{"a":\n\t"ü 漢"}'],
  ['\u001b[31mred\u0000', '\\u001b[31mred\\u0000'],
  ['abc\u202egnp.exe', 'abc\\u202egnp.exe'],
])('%j is shown as %j', (text, shown) => {
  expect(payloadText(Buffer.from(text))).toBe(shown)
})

test('a character that was cut at the end is left out', () => {
  expect(payloadText(Buffer.from('aü').subarray(0, 2))).toBe('a')
})

test('what is no text is shown in hex', () => {
  expect(payloadText(Buffer.from([0xff, 0x00, 0x1f]))).toBe('hex ff001f')
})

test('whatever the bytes are, nothing unseen is shown', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(payloadText(bytes)).not.toMatch(/[^\P{Cc}\t\n\r]/u)
    }),
  )
})
