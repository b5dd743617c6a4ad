import { expect, test } from 'vitest'
import { soakOptions } from './soak-options.ts'

test('minutes count from the end of the warm-up, which has to end before they do', () => {
  expect(soakOptions(['--minutes', '3', '--warm-up', '1'])).toEqual({
    lengthMs: 180_000,
    warmUpMs: 60_000,
  })
  for (const args of [['--minutes', '45'], ['--minutes', 'many'], ['--warm-up=-1']])
    expect(() => soakOptions(args)).toThrow('--minutes has to be greater')
})

test('who asks for help has nothing run', () => {
  for (const ask of ['--help', '-h']) expect(soakOptions([ask])).toBeUndefined()
  expect(() => soakOptions(['--hours', '1'])).toThrow("Unknown option '--hours'")
})
