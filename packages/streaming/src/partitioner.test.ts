import { expect, test } from 'vitest'
import { partitionOf } from './partitioner.ts'

// Values of Kafka's own UtilsTest for murmur2, as remainders of its positive form.
const JAVA = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
] as const

test.each(JAVA)('puts %s where Kafka’s Java client puts it', (key, hash) => {
  const whole = 0x7fffffff
  expect(partitionOf(key, whole)).toBe((hash & 0x7fffffff) % whole)
  expect(partitionOf(key, 24)).toBe((hash & 0x7fffffff) % 24)
})
