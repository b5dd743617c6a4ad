import { expect, test } from 'vitest'
import { benchOptions } from './bench-options.ts'
import { chosenBenchmarks } from './benchmarks.ts'

test('a run has at least five rounds that count unless told otherwise', () => {
  expect(benchOptions([]).scale.rounds).toBeGreaterThanOrEqual(5)
  expect(benchOptions(['--rounds', '11']).scale.rounds).toBe(11)
})

test('a number of rounds that is none is refused', () => {
  for (const rounds of ['0', '2.5', 'many', ''])
    expect(() => benchOptions([`--rounds=${rounds}`])).toThrow('--rounds takes a whole number')
})

test('a choice that no benchmark meets is answered with their names', () => {
  expect(() => chosenBenchmarks('nothing')).toThrow('fold and pack alone')
})
